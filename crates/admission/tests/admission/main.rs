//! Admission through its services: what opens and closes gates, and what needs two people.

#![cfg(test)]

mod extension;
mod gates;
mod house;
mod moves;
mod policy;
mod subsidy;
