//! Personal data as everybody sees them: types that cannot hold a clear value.
//!
//! An answer, a list, a workbook and a report are made of these. They mask while they are read
//! from the database, so that a clear value never comes as far as an answer by default; whoever
//! must see one asks for it with a reason (`disclosures`).

use std::fmt;

use poem_openapi::registry::MetaSchema;

use super::{
    ValueError,
    mask::{masked_address, masked_name, masked_phone},
};

fn schema(example: &str) -> MetaSchema {
    MetaSchema {
        example: Some(example.into()),
        ..MetaSchema::new("string")
    }
}

macro_rules! masked {
    ($($(#[$doc:meta])* $name:ident: $mask:path, $example:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Masks a clear value; what is masked already stays as it is.
            pub fn of(clear: &str) -> Self {
                Self($mask(clear))
            }

            /// As it may be shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            fn parse(text: &str) -> Result<Self, ValueError> {
                Ok(Self::of(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        read_from_string!($name, schema($example));
        write_as_string!($name);
        store_as!($name => String, to: |it| &it.0, from: |text| Ok(Self::of(&text)));
    )*};
}

masked! {
    /// The name of a person, masked (§8.3): 张*三, 张*, 欧阳*三, A***I.
    MaskedName: masked_name, "张*三";
    /// A phone number, masked: its first three and last four digits.
    MaskedPhone: masked_phone, "138****1234";
    /// An address as far as the building.
    MaskedAddress: masked_address, "舜耕路 5 号 3 号楼***";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_stays_as_it_is() {
        for name in [
            "张三",
            "张小三",
            "欧阳小三",
            "欧阳三",
            "买买提江",
            "ANNA LI",
            "三",
            "",
        ] {
            let once = MaskedName::of(name);
            assert_eq!(MaskedName::of(once.as_str()), once, "{name}");
        }
        for phone in ["13800001234", "0531-82921234", "82921234", "12345"] {
            let once = MaskedPhone::of(phone);
            assert_eq!(MaskedPhone::of(once.as_str()), once, "{phone}");
        }
        for address in [
            "舜耕路 5 号 3 号楼 2 单元 501 室",
            "大沟村 12 号",
            "大沟村 12-3-501",
        ] {
            let once = MaskedAddress::of(address);
            assert_eq!(MaskedAddress::of(once.as_str()), once, "{address}");
        }
    }
}
