//! How the objects and closed word lists of the standard are declared: required fields first, then the optional ones.
//! One declaration gives the strict reader, the writer and a constructor, so that no object forgets one of them.

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

/// Whether an optional field is left out of the written document: the standard knows neither `null` nor empty arrays.
pub(crate) trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Reads a struct from an object only; by itself it would also be read from an array of its fields.
pub(crate) struct ObjectOnly<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(ObjectVisitor(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, ObjectVisitor(visitor))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct ObjectVisitor<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(entries)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<V::Value, A::Error> {
        // Read to its end, so that the error stands at the array and not at its first item.
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Err(A::Error::invalid_type(Unexpected::Seq, &self))
    }
}

/// Declares an object of the standard. `new { … }` gives a constructor with the required fields in their order;
/// `given { … }` declares the same and leaves the constructor to be written by hand.
macro_rules! object {
    (
        $(#[$meta:meta])* $name:ident new { $($(#[$rm:meta])* $req:ident: $rt:ty,)* }
        with { $($(#[$om:meta])* $opt:ident: $ot:ty,)* }
    ) => {
        $crate::object::object! {
            $(#[$meta])* $name given { $($(#[$rm])* $req: $rt,)* } with { $($(#[$om])* $opt: $ot,)* }
        }

        impl $name {
            /// Made of what the standard requires; everything else is left out until it is set.
            pub fn new($($req: impl Into<$rt>),*) -> Self {
                Self { $($req: $req.into(),)* $($opt: Default::default(),)* }
            }
        }
    };
    (
        $(#[$meta:meta])* $name:ident given { $($(#[$rm:meta])* $req:ident: $rt:ty,)* }
        with { $($(#[$om:meta])* $opt:ident: $ot:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields, remote = "Self")]
        pub struct $name {
            $($(#[$rm])* pub $req: $rt,)*
            $(
                $(#[$om])*
                #[serde(default, skip_serializing_if = "crate::object::Absent::is_absent")]
                pub $opt: $ot,
            )*
        }

        // `remote = "Self"` makes the derived functions inherent, so that reading can be told to take objects only.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize($crate::object::ObjectOnly(deserializer))
            }
        }
    };
}

/// Declares a closed list of words: an enum that reads and writes exactly these.
macro_rules! word_list {
    ($(#[$meta:meta])* $name:ident { $($(#[$vm:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vm])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word, in the order of the standard.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word as it stands in a document.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// Reads and writes a checked text type: the error stands at the value itself, not behind the object that holds it.
macro_rules! text_serde {
    ($name:ident, $expected:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Checked;

                impl serde::de::Visitor<'_> for Checked {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::try_new(text).map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Checked)
            }
        }
    };
}

pub(crate) use {object, text_serde, word_list};
