//! The authorization server of the FAPI 2.0 profile over its real router: one test for every line that the profile's
//! documents make mandatory, each named by the line of the checklist it stands for, and every way to get it wrong.

mod bed;
mod happy;
