//! A bundle in one file, as a page takes and gives it: a JSON object with a document under the name of each file.

use naru_core::InspectionId;
use serde::Deserialize as _;
use serde::de::{MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{ImportError, Imported, import};
use crate::{Office, Staff};

/// What became of an upload: taken whole, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// What was taken; `None` where nothing was.
    pub taken: Option<Imported>,
    /// Everything that stands against it, sentences for people; empty where it was taken.
    pub against: Vec<String>,
}

/// Takes the present round of an inspection from an upload, and says everything that is wrong with it.
///
/// # Errors
/// [`ImportError::Inspection`] where the member may not judge it now, and the database's; what is wrong with the upload
/// is in the report.
pub async fn import_upload(
    office: &Office,
    staff: &Staff,
    id: InspectionId,
    bytes: &[u8],
) -> Result<ImportReport, ImportError> {
    let against = |error: &ImportError| ImportReport {
        taken: None,
        against: error.sentences(),
    };
    let files = match from_one_file(bytes) {
        Ok(files) => files,
        Err(error) => return Ok(against(&error)),
    };
    match import(office, staff, id, files).await {
        Ok(taken) => Ok(ImportReport {
            taken: Some(taken),
            against: Vec::new(),
        }),
        Err(error @ (ImportError::Inspection(_) | ImportError::Storage(_))) => Err(error),
        Err(error) => Ok(against(&error)),
    }
}

/// The files of a bundle in one; the same files give the same bytes.
///
/// # Errors
/// [`ImportError::Upload`] for a file that is no JSON.
pub fn one_file(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ImportError> {
    let mut all = Map::new();
    for (name, bytes) in files {
        let document: Value = serde_json::from_slice(bytes).map_err(|error| refused(&error))?;
        all.insert(name.clone(), document);
    }
    let mut bytes = serde_json::to_vec_pretty(&Value::Object(all)).map_err(|error| refused(&error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The files that are in one.
///
/// # Errors
/// [`ImportError::Upload`] for what is no JSON object, or names a file or a member twice.
pub fn from_one_file(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, ImportError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let Strict(read) = Strict::deserialize(&mut reader).map_err(|error| refused(&error))?;
    reader.end().map_err(|error| refused(&error))?;
    let Value::Object(all) = read else {
        return Err(ImportError::Upload("here is something else".to_owned()));
    };
    all.into_iter()
        .map(|(name, document)| Ok((name, serde_json::to_vec(&document).map_err(|error| refused(&error))?)))
        .collect()
}

fn refused(error: &serde_json::Error) -> ImportError {
    ImportError::Upload(error.to_string())
}

/// JSON in which no object names a member twice.
struct Strict(Value);

impl<'de> serde::Deserialize<'de> for Strict {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(value)) = list.next_element()? {
            all.push(value);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if all.insert(name.clone(), value).is_some() {
                return Err(serde::de::Error::custom(format!("`{name}` occurs twice")));
            }
        }
        Ok(Value::Object(all))
    }
}
