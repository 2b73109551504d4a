//! Writes a generated log to standard output: `simmerdown-material CONVERSATIONS [SEED [TURNS]]`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<Option<u64>> = std::env::args().skip(1).map(|argument| argument.parse().ok()).collect();
    let (Some(Some(conversations)), false) = (arguments.first(), arguments.contains(&None)) else {
        eprintln!("give the number of conversations, and if you like a seed and the messages of each");
        return ExitCode::from(2);
    };
    let seed = arguments.get(1).copied().flatten().unwrap_or(1);
    let turns = arguments.get(2).copied().flatten().unwrap_or(8) as usize;
    match write(*conversations, seed, turns) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cannot write: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

fn write(conversations: u64, seed: u64, turns: usize) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut line = String::new();
    for number in 0..conversations {
        line.clear();
        simmerdown_material::conversation(seed, number, turns, &mut line);
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}
