//! What poem and poem-openapi refuse by themselves, told as we tell it: their own words name our
//! types, are English only, and may repeat what was sent.

use poem::{
    error::{MethodNotAllowedError, NotFoundError, ReadBodyError},
    http::StatusCode,
};
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseMultipartError, ParseParamError, ParsePathError,
    ParseRequestPayloadError,
};

use super::{FieldError, Problem, Words, body::unlike_contract};

/// The problem behind an error of the framework.
pub(super) fn from_framework(error: &poem::Error) -> Problem {
    if error.is::<ParsePathError>() || error.is::<poem::error::ParsePathError>() {
        // An id that cannot exist is not there.
        return Problem::not_found("该地址中的对象", "object at this address");
    }
    if let Some(parameter) = error.downcast_ref::<ParseParamError>() {
        let words = Words::new("参数值不正确", "the value is not valid");
        let mistake = FieldError::new(format!("query:{}", parameter.name), "invalid", words);
        return Problem::malformed("parameter-invalid", "参数不正确", "A parameter is invalid")
            .errors(vec![mistake]);
    }
    if error.is::<ParseRequestPayloadError>() || error.is::<ParseMultipartError>() {
        return unlike_contract();
    }
    if error.is::<ContentTypeError>() {
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if error.is::<NotFoundError>() {
        return refusal(StatusCode::NOT_FOUND);
    }
    if error.is::<MethodNotAllowedError>() {
        return refusal(StatusCode::METHOD_NOT_ALLOWED);
    }
    if error.is::<AuthorizationError>() {
        return refusal(StatusCode::UNAUTHORIZED);
    }
    if matches!(
        error.downcast_ref::<ReadBodyError>(),
        Some(ReadBodyError::PayloadTooLarge)
    ) {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let status = error.status();
    if status.is_server_error() {
        return Problem::internal(error.to_string());
    }
    refusal(status)
}

fn refusal(status: StatusCode) -> Problem {
    match status {
        StatusCode::UNAUTHORIZED => {
            Problem::unauthenticated("unauthenticated", "未登录或凭据无效", "Not signed in").detail(
                Words::new(
                    "请在 Authorization 头中提供凭据",
                    "present a credential in Authorization",
                ),
            )
        }
        StatusCode::NOT_FOUND => {
            Problem::absent("route-unknown", "没有这个地址", "No such address").detail(Words::new(
                "请对照 /docs 核对路径；路径区分大小写，末尾没有斜杠",
                "compare the path with /docs; its case matters, and it has no slash at the end",
            ))
        }
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            status,
            "method-not-allowed",
            "不支持该方法",
            "Method not allowed",
        )
        .detail(Words::new(
            "此地址支持的方法见响应头 Allow",
            "the methods of this address are in the header Allow",
        )),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::too_large("body-too-large", "请求内容过大", "The body is too large").detail(
                Words::new("请减少内容，或使用导入", "send less, or use an import"),
            )
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            status,
            "media-type-unsupported",
            "不支持的内容类型",
            "The content type is not supported",
        )
        .detail(Words::new(
            "请按接口约定设置 Content-Type，通常为 application/json",
            "send the Content-Type of the contract, most often application/json",
        )),
        _ => Problem::malformed("bad-request", "请求不正确", "Bad request").detail(Words::new(
            "请求不是有效的 HTTP 请求",
            "it is not a valid HTTP request",
        )),
    }
}
