//! Passwords of people, kept as Argon2id (RFC 9106) with the parameters that OWASP recommends.
//!
//! Pure functions: each call takes about 19 MiB and tens of milliseconds of one core on the thread that calls it. How
//! many run at once is bounded by the pool that calls them, which is not here.

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};

use crate::constant_time_eq;

/// OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT_BYTES: usize = 32;

/// Longest password, in characters. Ample for a sentence.
const LONGEST: usize = 128;
/// Longest stored text, in bytes: ours have 97.
const LONGEST_STORED: usize = 256;
/// The most that a stored text may ask for, so that a changed row cannot exhaust the machine.
const MOST_MEMORY_KIB: u32 = 65_536;
const MOST_PASSES: u32 = 8;
const MOST_LANES: u32 = 4;

/// Why a password was not hashed, or a stored one not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Empty, or longer than 128 characters.
    #[error("a password has 1 to 128 characters")]
    Length,
    /// What is stored is not Argon2id in PHC form, or asks for more than this machine gives.
    #[error("what is stored is not an Argon2id hash of ours")]
    Stored,
}

/// The hashing of passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passwords {
    places: usize,
}

impl Passwords {
    /// Hashing for a pool that runs `places` of it at once. Nothing is enforced here: the pool asks for the number.
    pub const fn new(places: usize) -> Self {
        Self { places }
    }

    /// How many may run at once, at 19 MiB each.
    pub const fn places(&self) -> usize {
        self.places
    }

    /// The PHC string of a password under 16 random bytes of salt:
    /// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<32 bytes>`.
    ///
    /// The characters count as they are; whoever takes them in decides on their Unicode form.
    ///
    /// # Errors
    /// [`PasswordError::Length`] for an empty password and one of more than 128 characters.
    pub fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String, PasswordError> {
        let password = bounded(password)?;
        let hashed = ours().hash_password_with_salt(password, &salt);
        Ok(hashed.expect("parameters and salt are of a good length").to_string())
    }

    /// Whether this is the password behind a PHC string. The comparison takes the same time wherever they differ.
    ///
    /// # Errors
    /// [`PasswordError::Length`] as [`Passwords::hash`]; [`PasswordError::Stored`] when the string is not Argon2id
    /// version 19 or asks for more than 64 MiB, 8 passes or 4 lanes.
    pub fn verify(&self, password: &str, stored: &str) -> Result<bool, PasswordError> {
        let password = bounded(password)?;
        if stored.len() > LONGEST_STORED {
            return Err(PasswordError::Stored);
        }
        let stored = PasswordHash::new(stored).map_err(|_| PasswordError::Stored)?;
        let params = Params::try_from(&stored).map_err(|_| PasswordError::Stored)?;
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(PasswordError::Stored);
        };
        if stored.algorithm.as_str() != Algorithm::Argon2id.as_str()
            || stored.version != Some(Version::V0x13.into())
            || params.m_cost() > MOST_MEMORY_KIB
            || params.t_cost() > MOST_PASSES
            || params.p_cost() > MOST_LANES
            || expected.len() != OUTPUT_BYTES
        {
            return Err(PasswordError::Stored);
        }
        let mut found = [0; OUTPUT_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password, salt, &mut found)
            .map_err(|_| PasswordError::Stored)?;
        Ok(constant_time_eq(&found, expected.as_bytes()))
    }

    /// Takes the time of a comparison that finds nothing: for a name that nobody has, so that an answer does not tell
    /// which names exist.
    ///
    /// # Errors
    /// [`PasswordError::Length`] as [`Passwords::hash`].
    pub fn verify_nobody(&self, password: &str) -> Result<bool, PasswordError> {
        let mut found = [0; OUTPUT_BYTES];
        ours()
            .hash_password_into(bounded(password)?, &[0; 16], &mut found)
            .expect("parameters and salt are of a good length");
        // The result is used, so that the work is not optimised away; no output is all zeros.
        Ok(constant_time_eq(&found, &[0; OUTPUT_BYTES]))
    }
}

fn ours() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT_BYTES)).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn bounded(password: &str) -> Result<&[u8], PasswordError> {
    if password.is_empty() || password.len() > LONGEST * 4 || password.chars().count() > LONGEST {
        return Err(PasswordError::Length);
    }
    Ok(password.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORDS: Passwords = Passwords::new(2);

    #[test]
    fn only_the_password_itself_is_taken() {
        let stored = PASSWORDS.hash("나루터에서 만나요", [7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(stored.len(), 97);
        assert_eq!(PASSWORDS.verify("나루터에서 만나요", &stored), Ok(true));
        assert_eq!(PASSWORDS.verify("나루터에서 만나요 ", &stored), Ok(false));
        assert_ne!(PASSWORDS.hash("나루터에서 만나요", [8; 16]).unwrap(), stored);
        assert_eq!(PASSWORDS.verify_nobody("나루터에서 만나요"), Ok(false));
        assert_eq!(PASSWORDS.places(), 2);
    }

    #[test]
    fn an_older_and_cheaper_hash_is_still_taken() {
        // The reference implementation's own test: version 19, 256 KiB, 2 passes, 1 lane.
        let stored = concat!(
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
            "$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        );
        assert_eq!(PASSWORDS.verify("password", stored), Ok(true));
        assert_eq!(PASSWORDS.verify("passwort", stored), Ok(false));
    }

    #[test]
    fn lengths_are_bounded() {
        let longest = "가".repeat(128);
        let longer = "a".repeat(129);
        let stored = PASSWORDS.hash(&longest, [1; 16]).unwrap();
        assert_eq!(PASSWORDS.verify(&longest, &stored), Ok(true));
        for bad in ["", &longer] {
            assert_eq!(PASSWORDS.hash(bad, [1; 16]), Err(PasswordError::Length));
            assert_eq!(PASSWORDS.verify(bad, &stored), Err(PasswordError::Length));
            assert_eq!(PASSWORDS.verify_nobody(bad), Err(PasswordError::Length));
        }
    }

    #[test]
    fn what_is_stored_cannot_ask_for_anything() {
        let good = PASSWORDS.hash("a", [1; 16]).unwrap();
        let long = format!("{good}{}", "A".repeat(200));
        for bad in [
            "",
            "a",
            "$argon2id$",
            &good.replace("argon2id", "argon2i"),
            &good.replace("argon2id", "argon2d"),
            &good.replace("argon2id", "scrypt"),
            &good.replace("v=19", "v=16"),
            &good.replace("v=19$", ""),
            &good.replace("m=19456", "m=65537"),
            &good.replace("m=19456", "m=4294967295"),
            &good.replace("t=2", "t=9"),
            &good.replace("p=1", "p=5"),
            &good.replace(",p=1", ",p=1,data=AAAA,x=1"),
            good.rsplit_once('$').unwrap().0,
            &long,
        ] {
            assert_eq!(PASSWORDS.verify("a", bad), Err(PasswordError::Stored), "{bad}");
        }
    }
}
