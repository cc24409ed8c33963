//! From the text of a formula to the tree of `zen-expression`, within bounds.

use std::collections::HashMap;

use bumpalo::Bump;
use zen_expression::{
    lexer::{
        ArithmeticOperator, Bracket, Identifier, Lexer, Operator, QuotationMark, Token, TokenKind,
    },
    parser::{AstNodeError, Node, Parser},
};

use crate::plans::{FaultCode, limits};

/// What is wrong with a formula, and at which byte of it.
#[derive(Debug)]
pub(super) struct Misread {
    pub(super) code: FaultCode,
    pub(super) at: usize,
    pub(super) zh: String,
    pub(super) en: String,
}

impl Misread {
    pub(super) fn new(
        code: FaultCode,
        at: usize,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code,
            at,
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// Where the parts of a tree stand, as byte ranges.
pub(super) struct Spans(HashMap<usize, (usize, usize)>);

impl Spans {
    pub(super) fn of(&self, node: &Node<'_>) -> (usize, usize) {
        let address = std::ptr::from_ref(node).addr();
        self.0.get(&address).copied().unwrap_or_default()
    }
}

/// Reads a formula and hands the tree on.
pub(super) fn read<T>(
    text: &str,
    then: impl FnOnce(&Node<'_>, &Spans) -> Result<T, Misread>,
) -> Result<T, Misread> {
    screen(text)?;
    let bump = Bump::new();
    let tokens = Lexer::new().tokenize(&bump, text).map_err(|error| {
        Misread::new(
            FaultCode::FormulaSyntax,
            0,
            "无法读取公式",
            error.to_string(),
        )
    })?;
    bounded(&tokens)?;
    let parser = Parser::try_new(&tokens, &bump)
        .map_err(|error| {
            Misread::new(
                FaultCode::FormulaSyntax,
                0,
                "无法读取公式",
                error.to_string(),
            )
        })?
        .standard()
        .with_metadata();
    let result = parser.parse();
    if let Some(error) = first_error(result.root) {
        return Err(syntax(&error, text.len()));
    }
    let spans = result.metadata.unwrap_or_default();
    let spans = spans
        .into_iter()
        .map(|(node, found)| (node, (found.span.0 as usize, found.span.1 as usize)));
    let spans = Spans(spans.collect());
    if !result.is_complete {
        let end = spans.of(result.root).1;
        let rest = text.get(end..).unwrap_or_default();
        let at = end + (rest.len() - rest.trim_start().len());
        return Err(Misread::new(
            FaultCode::FormulaSyntax,
            at,
            "此处之后的内容多余，或缺少运算符",
            "what follows here does not belong to the formula, or an operator is missing",
        ));
    }
    then(result.root, &spans)
}

/// Refuses characters that are easily typed instead of others, and texts without an end.
fn screen(text: &str) -> Result<(), Misread> {
    if text.chars().count() > limits::FORMULA_CHARS {
        let most = limits::FORMULA_CHARS;
        return Err(Misread::new(
            FaultCode::FormulaTooLong,
            0,
            format!("公式最多 {most} 个字符；请把其中一步写成 values"),
            format!("a formula has at most {most} characters; make a step of it a value"),
        ));
    }
    let mut quote: Option<(usize, char)> = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some((_, open)) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some((at, c)),
            None if matches!(c, ' ' | '\n' | '\t') || c.is_ascii_graphic() && c != '`' => {}
            None => {
                return Err(Misread::new(
                    FaultCode::FormulaCharacter,
                    at,
                    format!("公式中不能有字符「{c}」；请用半角符号，汉字须放在引号内"),
                    format!(
                        "the character `{c}` cannot stand in a formula; use half-width signs, and quotes around text"
                    ),
                ));
            }
        }
    }
    match quote {
        Some((at, _)) => Err(Misread::new(
            FaultCode::FormulaSyntax,
            at,
            "引号没有结束",
            "the quote has no end",
        )),
        None => Ok(()),
    }
}

/// Refuses what the language of plans does not have, before a parser spends time on it.
fn bounded(tokens: &[Token<'_>]) -> Result<(), Misread> {
    if tokens.len() > limits::FORMULA_TOKENS {
        let most = limits::FORMULA_TOKENS;
        return Err(Misread::new(
            FaultCode::FormulaTooLong,
            0,
            format!("公式最多 {most} 个词和符号；请把其中一步写成 values"),
            format!("a formula has at most {most} words and signs; make a step of it a value"),
        ));
    }
    let mut depth = 0_usize;
    for token in tokens {
        let at = token.span.0 as usize;
        match token.kind {
            TokenKind::Bracket(Bracket::LeftParenthesis | Bracket::LeftSquareBracket) => depth += 1,
            TokenKind::Bracket(Bracket::RightParenthesis | Bracket::RightSquareBracket) => {
                depth = depth.saturating_sub(1);
            }
            TokenKind::Bracket(Bracket::LeftCurlyBracket | Bracket::RightCurlyBracket)
            | TokenKind::Operator(
                Operator::Range
                | Operator::Assign
                | Operator::Semi
                | Operator::Arithmetic(ArithmeticOperator::Modulus | ArithmeticOperator::Power),
            )
            | TokenKind::Identifier(Identifier::ContextReference | Identifier::RootReference)
            | TokenKind::QuotationMark(QuotationMark::Backtick)
            | TokenKind::TemplateString(_) => {
                let sign = token.value;
                let equals = if token.kind == TokenKind::Operator(Operator::Assign) {
                    ("；比较请用 ==", "; to compare, write ==")
                } else {
                    ("", "")
                };
                return Err(Misread::new(
                    FaultCode::FormulaNotAllowed,
                    at,
                    format!("公式中没有「{sign}」{}", equals.0),
                    format!("formulas have no `{sign}`{}", equals.1),
                ));
            }
            _ => {}
        }
        if depth > limits::FORMULA_DEPTH {
            return Err(too_deep(at));
        }
    }
    Ok(())
}

pub(super) fn too_deep(at: usize) -> Misread {
    Misread::new(
        FaultCode::FormulaTooDeep,
        at,
        "公式嵌套过深；请把其中一步写成 values",
        "the formula is nested too deeply; make a step of it a value",
    )
}

/// The first mistake of a tree, by its place.
fn first_error<'a>(root: &Node<'a>) -> Option<AstNodeError<'a>> {
    let found = std::cell::RefCell::new(Vec::new());
    root.walk(|node| {
        if let Node::Error { error, .. } = node {
            found.borrow_mut().push(error.clone());
        }
    });
    found.into_inner().into_iter().min_by_key(place)
}

fn place(error: &AstNodeError<'_>) -> usize {
    match error {
        AstNodeError::UnknownBuiltIn { span, .. }
        | AstNodeError::UnknownMethod { span, .. }
        | AstNodeError::UnexpectedIdentifier { span, .. }
        | AstNodeError::UnexpectedToken { span, .. }
        | AstNodeError::InvalidNumber { span, .. }
        | AstNodeError::InvalidBoolean { span, .. }
        | AstNodeError::InvalidProperty { span, .. }
        | AstNodeError::ExpectedProperty { span }
        | AstNodeError::ExpectedLiteral { span }
        | AstNodeError::UnexpectedEnd { span }
        | AstNodeError::Custom { span, .. } => span.0 as usize,
        AstNodeError::MissingToken { .. } => usize::MAX,
    }
}

fn syntax(error: &AstNodeError<'_>, length: usize) -> Misread {
    let at = place(error).min(length);
    match error {
        AstNodeError::UnknownBuiltIn { name, .. } | AstNodeError::UnknownMethod { name, .. } => {
            Misread::new(
                FaultCode::FunctionUnknown,
                at,
                format!("没有函数 {name}；查表请写 表名[键]"),
                format!("there is no function `{name}`; a table is read as `table[key]`"),
            )
        }
        AstNodeError::UnexpectedToken {
            expected, received, ..
        } => Misread::new(
            FaultCode::FormulaSyntax,
            at,
            format!("此处应为「{expected}」，而不是「{received}」"),
            format!("`{expected}` is expected here, not `{received}`"),
        ),
        AstNodeError::InvalidNumber { number, .. } => Misread::new(
            FaultCode::NotANumber,
            at,
            format!("「{number}」不是数字"),
            format!("`{number}` is not a number"),
        ),
        AstNodeError::UnexpectedEnd { .. } | AstNodeError::ExpectedLiteral { .. } => Misread::new(
            FaultCode::FormulaSyntax,
            at,
            "公式不完整",
            "the formula is not complete",
        ),
        _ => Misread::new(
            FaultCode::FormulaSyntax,
            at,
            "公式有语法错误",
            "the formula has a mistake of syntax here",
        ),
    }
}
