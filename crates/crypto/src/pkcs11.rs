//! Signing keys that live in a PKCS#11 token (OASIS PKCS #11 version 2.40): the private key never leaves it.
//!
//! One session per token, behind a lock. A session that was lost is opened again, once, before a signature fails. A
//! refused PIN is never tried twice: a token locks itself after a few. Every call waits for the device on the thread
//! that makes it; a device in the network takes milliseconds.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use crate::jose::{Algorithm, JoseError, PublicJwk, Signer};
use crate::{fill_random, sha256};

/// The DER of the object identifier of P-256 (RFC 5480 clause 2.1.1.1).
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// Why a token or a key in it cannot be used. Every text says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Pkcs11Error {
    /// The module is not there, or is no PKCS#11 module.
    #[error("the PKCS#11 module {0} cannot be loaded ({1}); give the path of the library that came with the token")]
    Module(String, String),
    /// No token, or several, have this label.
    #[error("{1} tokens are labelled `{0}`; give the label of exactly one, as the token's own tool lists it")]
    Token(String, usize),
    /// The token refused the PIN. It is not tried again.
    #[error("the token refused the PIN ({0}); correct it and start again, before the token locks itself")]
    Pin(String),
    /// Several keys have this label.
    #[error("{1} private keys are labelled `{0}`; relabel all but one, or choose another label")]
    Ambiguous(String, usize),
    /// A key has this label already.
    #[error("a private key is labelled `{0}` already; use it, or choose another label")]
    Taken(String),
    /// No key has this label.
    #[error("no private key is labelled `{0}`; generate one, or give the label of one that is there")]
    Missing(String),
    /// The key is not one to sign with.
    #[error("the key `{0}` cannot be used: {1}; generate another one under another label")]
    Unfit(String, &'static str),
    /// The token answered with an error.
    #[error("the token does not answer ({0}); look whether it is plugged in and its service is running")]
    Device(String),
}

impl From<Error> for Pkcs11Error {
    fn from(error: Error) -> Self {
        Self::Device(short(&error))
    }
}

/// A token, logged in to. A clone shares the session.
#[derive(Clone)]
pub struct Token(Arc<Inner>);

struct Inner {
    context: Pkcs11,
    label: String,
    pin: AuthPin,
    state: Mutex<State>,
}

enum State {
    Open(Session),
    Lost,
    /// The PIN was refused; the reason.
    Refused(String),
}

impl Token {
    /// Loads a module, finds the one token with this label and logs in as its user.
    ///
    /// # Errors
    /// [`Pkcs11Error::Module`], [`Pkcs11Error::Token`], [`Pkcs11Error::Pin`] or [`Pkcs11Error::Device`].
    pub fn open(module: &Path, label: &str, pin: &str) -> Result<Self, Pkcs11Error> {
        let unusable = |error: Error| Pkcs11Error::Module(module.display().to_string(), short(&error));
        let context = Pkcs11::new(module).map_err(unusable)?;
        initialize(&context).map_err(unusable)?;
        let inner = Inner {
            context,
            label: label.to_owned(),
            pin: AuthPin::from(pin),
            state: Mutex::new(State::Lost),
        };
        inner.session(|_| Ok(()))?;
        Ok(Self(Arc::new(inner)))
    }

    /// The P-256 key of this label.
    ///
    /// # Errors
    /// [`Pkcs11Error::Missing`], [`Pkcs11Error::Ambiguous`], or [`Pkcs11Error::Unfit`] for a key that is not on P-256,
    /// may not sign, or may leave the token; [`Pkcs11Error::Device`].
    pub fn find(&self, label: &str) -> Result<TokenKey, Pkcs11Error> {
        let (private, public) = self.0.session(|session| find(session, label))?;
        Ok(TokenKey {
            token: self.clone(),
            label: label.to_owned(),
            public,
            handle: Mutex::new(Some(private)),
        })
    }

    /// Makes a P-256 key of this label in the token: it signs, is sensitive and cannot be extracted.
    ///
    /// # Errors
    /// [`Pkcs11Error::Taken`]; [`Pkcs11Error::Device`].
    pub fn generate(&self, label: &str) -> Result<TokenKey, Pkcs11Error> {
        self.0.session(|session| generate(session, label))?;
        self.find(label)
    }

    /// The key of this label, made if there is none.
    ///
    /// # Errors
    /// As [`Token::find`], except [`Pkcs11Error::Missing`].
    pub fn find_or_generate(&self, label: &str) -> Result<TokenKey, Pkcs11Error> {
        match self.find(label) {
            Err(Pkcs11Error::Missing(_)) => self.generate(label),
            found => found,
        }
    }
}

impl Inner {
    /// Does something in the session. When the token fails, the session is opened again and it is tried once more.
    fn session<T>(&self, work: impl Fn(&Session) -> Result<T, Pkcs11Error>) -> Result<T, Pkcs11Error> {
        let mut state = self.lock();
        if let State::Open(session) = &*state {
            match work(session) {
                Err(Pkcs11Error::Device(_)) => {}
                done => return done,
            }
        }
        if let State::Refused(why) = &*state {
            return Err(Pkcs11Error::Pin(why.clone()));
        }
        // The old session is closed first: while it lasts, the token counts its user as logged in.
        *state = State::Lost;
        match self.connect() {
            Ok(session) => {
                let done = work(&session);
                *state = State::Open(session);
                done
            }
            Err(Pkcs11Error::Pin(why)) => {
                *state = State::Refused(why.clone());
                Err(Pkcs11Error::Pin(why))
            }
            Err(error) => Err(error),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> Result<Session, Pkcs11Error> {
        initialize(&self.context)?;
        let session = self.context.open_rw_session(self.slot()?)?;
        match session.login(UserType::User, Some(&self.pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(
                error @ Error::Pkcs11(
                    RvError::PinIncorrect
                    | RvError::PinInvalid
                    | RvError::PinLenRange
                    | RvError::PinExpired
                    | RvError::PinLocked
                    | RvError::UserPinNotInitialized,
                    _,
                ),
            ) => Err(Pkcs11Error::Pin(short(&error))),
            Err(error) => Err(error.into()),
        }
    }

    fn slot(&self) -> Result<Slot, Pkcs11Error> {
        let mut found = Vec::new();
        for slot in self.context.get_slots_with_initialized_token()? {
            if self.context.get_token_info(slot)?.label() == self.label {
                found.push(slot);
            }
        }
        match found[..] {
            [slot] => Ok(slot),
            _ => Err(Pkcs11Error::Token(self.label.clone(), found.len())),
        }
    }
}

/// A module is initialized once per process, whoever comes first.
fn initialize(context: &Pkcs11) -> Result<(), Error> {
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        done => done,
    }
}

/// The name of an answer without the library's long explanation.
fn short(error: &Error) -> String {
    match error {
        Error::Pkcs11(answer, _) => format!("{answer:?}"),
        other => other.to_string(),
    }
}

fn labelled(session: &Session, class: ObjectClass, label: &str) -> Result<Vec<ObjectHandle>, Pkcs11Error> {
    Ok(session.find_objects(&[Attribute::Class(class), Attribute::Label(label.as_bytes().to_vec())])?)
}

/// The private key of a label, if it is fit, and its public half.
fn find(session: &Session, label: &str) -> Result<(ObjectHandle, PublicJwk), Pkcs11Error> {
    let private = labelled(session, ObjectClass::PRIVATE_KEY, label)?;
    let private = match private[..] {
        [private] => private,
        [] => return Err(Pkcs11Error::Missing(label.to_owned())),
        _ => return Err(Pkcs11Error::Ambiguous(label.to_owned(), private.len())),
    };
    let unfit = |why| Pkcs11Error::Unfit(label.to_owned(), why);
    let mut id = Vec::new();
    let asked = [
        AttributeType::KeyType,
        AttributeType::Sign,
        AttributeType::Sensitive,
        AttributeType::Extractable,
        AttributeType::Id,
    ];
    let mut fits = 0;
    for attribute in session.get_attributes(private, &asked)? {
        match attribute {
            Attribute::KeyType(KeyType::EC) | Attribute::Sign(true) => fits += 1,
            Attribute::KeyType(_) => return Err(unfit("it is not on an elliptic curve")),
            Attribute::Sensitive(true) | Attribute::Extractable(false) => fits += 1,
            Attribute::Sensitive(_) | Attribute::Extractable(_) => return Err(unfit("it may leave the token")),
            Attribute::Id(value) => id = value,
            _ => {}
        }
    }
    if fits != 4 {
        return Err(unfit("it may not sign, or does not say that it stays in the token"));
    }
    let public = session.find_objects(&[
        Attribute::Class(ObjectClass::PUBLIC_KEY),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(id),
    ])?;
    let [public] = public[..] else {
        return Err(unfit("not exactly one public key has its label and id"));
    };
    Ok((
        private,
        public_half(session, public).ok_or_else(|| unfit("it is not on P-256"))?,
    ))
}

fn public_half(session: &Session, public: ObjectHandle) -> Option<PublicJwk> {
    let asked = [AttributeType::EcParams, AttributeType::EcPoint];
    let mut curve = false;
    let mut point = Vec::new();
    for attribute in session.get_attributes(public, &asked).ok()? {
        match attribute {
            Attribute::EcParams(value) => curve = value == P256,
            Attribute::EcPoint(value) => point = value,
            _ => {}
        }
    }
    // The point is wrapped in an OCTET STRING; some tokens leave the wrapping out.
    let point = match point.as_slice() {
        [0x04, 0x41, inner @ ..] if inner.len() == 65 => inner,
        bare => bare,
    };
    curve.then(|| PublicJwk::named_p256(point).ok()).flatten()
}

fn generate(session: &Session, label: &str) -> Result<(), Pkcs11Error> {
    if !labelled(session, ObjectClass::PRIVATE_KEY, label)?.is_empty() {
        return Err(Pkcs11Error::Taken(label.to_owned()));
    }
    let mut id = [0; 16];
    fill_random(&mut id);
    let common = [
        Attribute::Token(true),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(id.to_vec()),
    ];
    let public = [
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::EcParams(P256.to_vec()),
    ];
    let private = [
        Attribute::Private(true),
        Attribute::Sign(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Derive(false),
    ];
    session.generate_key_pair(
        &Mechanism::EccKeyPairGen,
        &[&common[..], &public].concat(),
        &[&common[..], &private].concat(),
    )?;
    Ok(())
}

/// A P-256 key in a token, for ES256.
pub struct TokenKey {
    token: Token,
    label: String,
    public: PublicJwk,
    /// Where the token keeps it, until a signature fails.
    handle: Mutex<Option<ObjectHandle>>,
}

impl TokenKey {
    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, Pkcs11Error> {
        let digest = sha256(message);
        self.token.0.session(|session| {
            let mut known = self.handle.lock().unwrap_or_else(PoisonError::into_inner);
            let private = match known.take() {
                Some(private) => private,
                None => self.find_again(session)?,
            };
            let signature = session.sign(&Mechanism::Ecdsa, private, &digest)?;
            // A token that was changed under us, or is faulty, must not put a wrong signature into the world.
            self.public
                .verify(message, &signature)
                .map_err(|_| Pkcs11Error::Device("a signature that does not hold".to_owned()))?;
            *known = Some(private);
            Ok(signature)
        })
    }

    fn find_again(&self, session: &Session) -> Result<ObjectHandle, Pkcs11Error> {
        let (private, public) = find(session, &self.label)?;
        if public != self.public {
            let why = "another key has taken its label since it was opened";
            return Err(Pkcs11Error::Unfit(self.label.clone(), why));
        }
        Ok(private)
    }
}

impl Signer for TokenKey {
    fn kid(&self) -> &str {
        self.public.kid().expect("a key of ours is named by its thumbprint")
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn public_jwk(&self) -> PublicJwk {
        self.public.clone()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        self.signature(message)
            .map_err(|error| JoseError::Unavailable(error.to_string()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}, hidden)", self.0.label)
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({}, {}, hidden)", self.label, self.kid())
    }
}
