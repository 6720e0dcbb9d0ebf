//! What can be wrong with a bundle: where, which kind, and a sentence for the person who repairs it.

use crate::object::word_list;

word_list! {
    /// Kind of a fault, for programs. A token, UUID or timestamp that is none cannot get into a document at all: its
    /// type refuses it, made here or read.
    FaultKind {
        /// A text starts or ends with a blank.
        BlankEdge = "blank-edge",
        /// A text has a line break or control character where none may be.
        LineBreak = "line-break",
        /// A text is empty.
        EmptyText = "empty-text",
        /// A required array is empty.
        EmptyArray = "empty-array",
        /// Too many objects and arrays within each other.
        TooDeep = "too-deep",
        /// More controls than are looked at.
        TooMany = "too-many",
        /// Keys that exclude each other, or none of them.
        Choice = "choice",
        /// A word outside a closed list.
        Word = "word",
        /// No URI.
        Address = "address",
        /// A hash of the wrong length or with other characters.
        HashValue = "hash-value",
        /// A version of the standard that is not written or read here.
        Version = "version",
        /// A UUID names two things.
        DuplicateUuid = "duplicate-uuid",
        /// An id names two things.
        DuplicateId = "duplicate-id",
        /// A reference to nothing, or to a thing of another kind.
        DanglingReference = "dangling-reference",
        /// An import names no document of the bundle.
        UnknownDocument = "unknown-document",
        /// An import names a document of another model.
        WrongDocument = "wrong-document",
        /// Profiles import each other in a circle.
        ImportLoop = "import-loop",
        /// A control that no catalogue has.
        UnknownControl = "unknown-control",
        /// A control that the profile does not ask for.
        ControlOutsideProfile = "control-outside-profile",
        /// A finding about a control that the round did not look at.
        ControlNotReviewed = "control-not-reviewed",
        /// A statement or objective that the control does not have.
        UnknownPart = "unknown-part",
    }
}

/// Something that is wrong with a document of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{document}{place}: {sentence}")]
pub struct Fault {
    /// File name of the document.
    pub document: String,
    /// JSON pointer into the document (RFC 6901).
    pub place: String,
    /// Kind, for programs.
    pub kind: FaultKind,
    /// Sentence, for people.
    pub sentence: String,
}

/// A fault of a document whose file name is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) place: String,
    pub(crate) kind: FaultKind,
    pub(crate) sentence: String,
}

impl Flaw {
    pub(crate) fn new(place: impl Into<String>, kind: FaultKind, sentence: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            kind,
            sentence: sentence.into(),
        }
    }

    pub(crate) fn of(self, document: &str) -> Fault {
        Fault {
            document: document.to_owned(),
            place: self.place,
            kind: self.kind,
            sentence: self.sentence,
        }
    }
}
