//! Rules of keys: which permissions, networks and holders one may have.

use super::{KeyTerms, Known, PERMISSIONS, Role};
use crate::{
    http::{FieldError, Problem, parse_network, words},
    values::{Code, Label, OrgUnitId},
};

/// Whoever gives somebody a role that gives roles must have it over that unit, or be a system
/// administrator there.
pub(crate) fn may_grant(known: &Known, role: Role, unit: OrgUnitId) -> Result<(), Problem> {
    let high = matches!(role, Role::SystemAdministrator | Role::DistrictAdmin);
    let holds = |role| known.holds_over(role, unit.0);
    if !high || holds(role) || holds(Role::SystemAdministrator) {
        return Ok(());
    }
    Err(Problem::forbidden(
        "role-beyond-own",
        "不能授予自己没有的管理角色",
        "Only who has an administrative role may give it",
    )
    .detail(words!(
        "请由系统管理员办理",
        "ask a system administrator to do it"
    )))
}

/// The permissions of a key are some of those of its role; a program's key names them.
pub(super) fn check_permissions(role: Role, named: Option<&[Code]>) -> Result<(), Problem> {
    let Some(named) = named else {
        if role != Role::ApiClient {
            return Ok(());
        }
        return Err(Problem::invalid(
            "key-permissions-missing",
            "接口密钥须列明权限",
            "The key of a program names its permissions",
        )
        .at(
            "/permissions",
            words!("请列出所需的最少权限", "name the few that it needs"),
        ));
    };
    let wrong = named.iter().enumerate().filter_map(|(position, name)| {
        let name = name.as_str();
        let row = PERMISSIONS.iter().find(|row| row.key == name);
        let (code, words) = match row {
            None => (
                "permission-unknown",
                words!("没有权限 {name}", "there is no permission {name}"),
            ),
            Some(row) if !row.roles.contains(&role) => (
                "permission-not-of-role",
                words!(
                    "该角色没有权限 {name}",
                    "the role does not have the permission {name}"
                ),
            ),
            Some(_) => return None,
        };
        let at = format!("/permissions/{position}");
        Some(FieldError::new(at, code, words))
    });
    let wrong: Vec<_> = wrong.collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Problem::invalid(
        "key-permissions-not-of-role",
        "密钥的权限须为其角色权限的一部分",
        "The permissions of a key are some of those of its role",
    )
    .errors(wrong))
}

/// The networks of a key in their one spelling.
pub(super) fn check_networks(named: &[Label]) -> Result<Vec<String>, Problem> {
    let (mut networks, mut wrong) = (vec![], vec![]);
    for (position, name) in named.iter().enumerate() {
        if let Some(network) = parse_network(name.as_str()) {
            networks.push(network.to_string());
        } else {
            wrong.push(FieldError::new(
                format!("/networks/{position}"),
                "network-form",
                words!(
                    "应为地址或网段，例如 10.1.0.0/16，且主机位为零",
                    "an address or a network such as 10.1.0.0/16 is expected, its host bits zero"
                ),
            ));
        }
    }
    if wrong.is_empty() {
        return Ok(networks);
    }
    Err(Problem::invalid(
        "key-networks-invalid",
        "密钥的允许网段不正确",
        "The networks of the key are not valid",
    )
    .errors(wrong))
}

/// What narrows a key, as it is asked for.
pub(super) fn terms(
    role: Role,
    staff_id: Option<crate::values::StaffId>,
    permissions: Option<&[Code]>,
    networks: Option<&[Label]>,
) -> Result<KeyTerms, Problem> {
    check_permissions(role, permissions)?;
    let named = |names: &[Code]| names.iter().map(|name| name.as_str().to_owned()).collect();
    Ok(KeyTerms {
        staff_id,
        permissions: permissions.map(named),
        networks: networks.map(check_networks).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(names: &[&str]) -> Vec<Code> {
        names
            .iter()
            .map(|name| Code::parse(name).unwrap())
            .collect()
    }

    #[test]
    fn a_key_has_some_of_the_permissions_of_its_role() {
        let check = |role, names: &[&str]| check_permissions(role, Some(&codes(names)));
        assert!(check(Role::Inspector, &["housing.read", "inspection.write"]).is_ok());
        assert!(check(Role::Inspector, &[]).is_ok());
        let names = ["housing.read", "household.write", "nonsense"];
        let refused = check(Role::Inspector, &names).unwrap_err();
        let found: Vec<_> = refused
            .field_errors()
            .iter()
            .map(|e| (e.pointer.as_str(), e.code.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("/permissions/1", "permission-not-of-role"),
                ("/permissions/2", "permission-unknown")
            ]
        );
        assert!(check_permissions(Role::Inspector, None).is_ok());
        let refused = check_permissions(Role::ApiClient, None).unwrap_err();
        assert_eq!(refused.code(), "key-permissions-missing");
    }

    #[test]
    fn networks_are_kept_in_one_spelling_and_mistakes_are_named() {
        let labels = |names: &[&str]| -> Vec<Label> {
            names.iter().map(|n| Label::parse(n).unwrap()).collect()
        };
        let read = check_networks(&labels(&["10.1.0.0/16", "192.0.2.7", "2001:DB8::/32"]));
        assert_eq!(
            read.unwrap(),
            ["10.1.0.0/16", "192.0.2.7/32", "2001:db8::/32"]
        );
        let refused = check_networks(&labels(&["10.1.0.1/16", "::1", "office"])).unwrap_err();
        let pointers: Vec<_> = refused.field_errors().iter().map(|e| &e.pointer).collect();
        assert_eq!(pointers, ["/networks/0", "/networks/2"]);
    }
}
