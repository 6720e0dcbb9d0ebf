//! A small seeded generator (`SplitMix64`, Steele, Lea and Flood 2014), so that one seed is one run.
//! It decides which calls a fault strikes and what the demonstration history looks like; it is never used for secrets.

/// A seeded stream of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    state: u64,
}

impl Draw {
    /// A stream that is the same for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`; `bound` must not be zero. The bias is below one in 2^40 for the bounds used here.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound)).expect("a remainder is below its divisor")
    }

    /// One of the choices; the slice must not be empty.
    pub(crate) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let bound = u32::try_from(choices.len()).expect("choices are short lists");
        &choices[self.below(bound) as usize]
    }
}
