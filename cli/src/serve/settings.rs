//! What `serve` is told, by flags and by the environment, and whether it can be used.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use ipnet::IpNet;

use super::limits::Rates;
use super::upstream::profile::Kind;

/// The model asked unless another is named. The article's gpt-4o-mini shuts down on 14 January 2027; this is
/// the replacement its maker names.
const DEFAULT_MODEL: &str = "gpt-6-luna";
/// Where metrics are unless somebody says otherwise. A second proxy on the machine goes without.
pub const METRICS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9464);
/// A secret shorter than this is warned of, in bytes: the HMAC is worth no more than it.
const SHORT_SECRET: usize = 32;

/// Settings of `serve`. With OPENAI_API_KEY set, messages are scored by the model behind OPENAI_BASE_URL
/// (https://api.openai.com/v1 unless set); without it, on this machine.
#[derive(Debug, Args)]
#[command(after_help = "\
From the environment only, so that no process list shows them:
  OPENAI_API_KEY            key of the model's server; unset: messages are scored on this machine
  OPENAI_BASE_URL           its address up to and with /v1 [default: https://api.openai.com/v1]
  SIMMERDOWN_TOKEN_SECRET   set: /v1/score needs a token, signed with this; the same for all proxies of a site
  SIMMERDOWN_MINT_SECRET    what the site's own server sends to POST /v1/token to get one
  RUST_LOG                  error, warn, info, debug or trace [default: info]

No message text is logged, whatever the level. GET /healthz and /readyz answer on the proxy's address, GET /metrics
(Prometheus) on one of its own.")]
pub struct Settings {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "SIMMERDOWN_ADDR", default_value = "127.0.0.1:8787")]
    pub addr: SocketAddr,
    /// Address of `GET /metrics`, for your own eyes: keep it on loopback or a private network
    /// [default: 127.0.0.1:9464].
    #[arg(long, env = "SIMMERDOWN_METRICS_ADDR")]
    pub metrics_addr: Option<SocketAddr>,
    /// Also serves the demo page and the package, as `cargo xtask package` leaves them in `dist/demo`.
    #[arg(long)]
    pub demo: bool,
    /// The model that is asked.
    #[arg(long, env = "SIMMERDOWN_MODEL", default_value = DEFAULT_MODEL)]
    pub model: String,
    /// Milliseconds for a score, all attempts together: connection, headers, whole body and reading.
    #[arg(long, env = "SIMMERDOWN_UPSTREAM_TIMEOUT_MS", default_value_t = 3000,
          value_parser = clap::value_parser!(u64).range(1..=120_000))]
    upstream_timeout_ms: u64,
    /// What parameters the model's server takes; what it refuses is changed and remembered.
    #[arg(long, env = "SIMMERDOWN_UPSTREAM_PROFILE", value_enum, default_value_t = Kind::Auto)]
    pub upstream_profile: Kind,
    /// Calls to the model's server under way at once; more are answered 503 at once.
    #[arg(long, env = "SIMMERDOWN_MAX_CONCURRENCY", default_value_t = 256,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_concurrency: u32,
    /// Also asks the model whether a message is sarcastic.
    #[arg(long, env = "SIMMERDOWN_SARCASM")]
    pub sarcasm: bool,
    /// Origin whose pages may call, such as https://shop.example; may be given several times, or with commas.
    /// Unless set, only pages of the proxy's own origin may call; once set, a call without an allowed origin is
    /// refused.
    #[arg(long, env = "SIMMERDOWN_ALLOW_ORIGIN", value_delimiter = ',')]
    pub allow_origin: Vec<String>,
    /// Calls a minute of one session: of one token, or of one address where there are no tokens.
    #[arg(long, env = "SIMMERDOWN_RATE_LIMIT", default_value = "60")]
    rate_limit: NonZeroU32,
    /// Calls a minute from one address [default: 10 times --rate-limit].
    #[arg(long, env = "SIMMERDOWN_RATE_LIMIT_IP")]
    rate_limit_ip: Option<NonZeroU32>,
    /// Calls a minute from everybody together [default: 100 times --rate-limit].
    #[arg(long, env = "SIMMERDOWN_RATE_LIMIT_TOTAL")]
    rate_limit_total: Option<NonZeroU32>,
    /// Upstream tokens a day (UTC), after which messages are scored on this machine. A score costs about 500.
    #[arg(long, env = "SIMMERDOWN_SPEND_CAP", default_value_t = 2_000_000)]
    pub spend_cap: u64,
    /// Network of a reverse proxy whose X-Forwarded-For counts, such as 10.0.0.0/8; may be given several times, or
    /// with commas.
    #[arg(long, env = "SIMMERDOWN_TRUSTED_PROXY", value_delimiter = ',')]
    trusted_proxy: Vec<String>,
    /// Where limits, spend and breaker are kept: `memory`, or `redis://host:port/database` to share them among
    /// several proxies.
    #[arg(long, env = "SIMMERDOWN_STATE", default_value = "memory")]
    state: String,
    /// Folder where the conversation log is kept that pages send to `POST /v1/log`; unset: not taken.
    #[arg(long, env = "SIMMERDOWN_LOG", value_name = "DIR")]
    log: Option<PathBuf>,
    /// Megabytes after which a new log file is begun.
    #[arg(long, env = "SIMMERDOWN_LOG_ROTATE_MB", default_value_t = 64,
          value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    log_rotate_mb: u64,
    /// Megabytes of log files in the folder above which nothing more is taken; move old ones away before that.
    #[arg(long, env = "SIMMERDOWN_LOG_CAP_MB", default_value_t = 10_000,
          value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    log_cap_mb: u64,
    /// Form of the proxy's own log, on standard error.
    #[arg(long, env = "SIMMERDOWN_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// Form of the proxy's own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Settings of the conversation log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// The folder.
    pub folder: PathBuf,
    /// Bytes after which a new file is begun.
    pub rotate: u64,
    /// Bytes of all files above which nothing more is taken.
    pub cap: u64,
}

/// A variable of the environment that is set to something.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

impl Settings {
    /// For a score, all attempts together.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.upstream_timeout_ms)
    }

    /// Calls a minute.
    pub fn rates(&self) -> Rates {
        let times = |factor: u32| self.rate_limit.saturating_mul(NonZeroU32::new(factor).unwrap_or(NonZeroU32::MIN));
        Rates {
            session: self.rate_limit,
            address: self.rate_limit_ip.unwrap_or_else(|| times(10)),
            total: self.rate_limit_total.unwrap_or_else(|| times(100)),
        }
    }

    /// Networks whose `X-Forwarded-For` counts.
    pub fn trusted(&self) -> Result<Vec<IpNet>> {
        let given = self.trusted_proxy.iter().map(|network| network.trim()).filter(|network| !network.is_empty());
        given
            .map(|network| {
                let one = || network.parse::<std::net::IpAddr>().map(IpNet::from);
                network.parse().or_else(|_| one()).ok().with_context(|| {
                    format!(
                        "--trusted-proxy or SIMMERDOWN_TRUSTED_PROXY: `{network}` is no network; give an address or a \
                         CIDR such as 10.0.0.0/8"
                    )
                })
            })
            .collect()
    }

    /// Address of the Redis server, if there is one.
    pub fn redis(&self) -> Option<&str> {
        Some(self.state.trim()).filter(|state| !state.is_empty() && *state != "memory")
    }

    /// The conversation log, if it is kept.
    pub fn conversation_log(&self) -> Option<LogSettings> {
        const MB: u64 = 1_000_000;
        let folder = self.log.clone().filter(|folder| !folder.as_os_str().is_empty())?;
        Some(LogSettings { folder, rotate: self.log_rotate_mb * MB, cap: self.log_cap_mb * MB })
    }
}

/// What is in the environment only.
#[derive(Default)]
pub struct Secrets {
    /// Key of the model's server.
    pub key: Option<String>,
    /// Its address.
    pub base: Option<String>,
    /// Signs tokens.
    pub token: Option<String>,
    /// Lets the site's own server mint them.
    pub mint: Option<String>,
}

impl Secrets {
    /// Reads them, and checks that they fit together.
    pub fn read() -> Result<Secrets> {
        let secrets = Secrets {
            key: variable("OPENAI_API_KEY"),
            base: variable("OPENAI_BASE_URL"),
            token: variable("SIMMERDOWN_TOKEN_SECRET"),
            mint: variable("SIMMERDOWN_MINT_SECRET"),
        };
        if secrets.mint.is_some() && secrets.token.is_none() {
            bail!("SIMMERDOWN_MINT_SECRET is set and SIMMERDOWN_TOKEN_SECRET is not: tokens need both");
        }
        if secrets.mint.is_some() && secrets.mint == secrets.token {
            bail!("SIMMERDOWN_MINT_SECRET equals SIMMERDOWN_TOKEN_SECRET: one is sent with calls, so give two");
        }
        for (name, secret) in [("SIMMERDOWN_TOKEN_SECRET", &secrets.token), ("SIMMERDOWN_MINT_SECRET", &secrets.mint)] {
            if secret.as_ref().is_some_and(|secret| secret.len() < SHORT_SECRET) {
                tracing::warn!("{name} is short: give at least {SHORT_SECRET} random characters");
            }
        }
        Ok(secrets)
    }
}
