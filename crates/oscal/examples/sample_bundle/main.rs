//! Writes a whole sample inspection into the folder that is given as argument, so that outside validators can look at
//! it. Refuses to write a bundle that our own check finds fault with.

mod sample;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("say the folder to write to")?);
    let bundle = sample::bundle()?;
    if let Some(fault) = bundle.check().first() {
        return Err(fault.to_string().into());
    }
    std::fs::create_dir_all(&folder)?;
    for (name, bytes) in bundle.to_files() {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
