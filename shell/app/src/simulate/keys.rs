//! Key material of the simulated providers: drawn fresh, or kept in a directory that only its owner may read.

use super::{Fake, Kind};
use crate::files::{make_folder, write_private};
use anyhow::{Context, Result, ensure};
use base::Secret;
use std::fs;
use std::path::Path;

/// The simulator of `kind`, with kept keys if there is a directory for them.
pub fn fake(kind: Kind, directory: Option<&Path>, address: &str, certificates: bool) -> Result<Fake> {
    ensure!(
        !certificates || kind == Kind::Wechat,
        "only WeChat Pay signs with certificates that are fetched"
    );
    if let Some(directory) = directory {
        make_folder(directory)?;
    }
    match kind {
        Kind::Wechat => wechat_fake(directory, address, certificates),
        Kind::Alipay => alipay_fake(directory, address),
        Kind::Printer => anyhow::bail!("a printer has no keys"),
    }
}

fn wechat_fake(directory: Option<&Path>, address: &str, certificates: bool) -> Result<Fake> {
    let keys = match directory {
        None => wechat::Keys::fresh(),
        Some(directory) => kept_wechat_keys(&directory.join("wechat.json"))?,
    };
    let mut simulator = wechat::Simulator::from_keys(&keys).context("the kept keys of the simulator")?;
    let credentials = keys.credentials(address).context("the kept keys of the simulator")?;
    let mut credentials = serde_json::to_value(&credentials).context("credentials are JSON")?;
    if certificates {
        simulator.answer_with_certificate();
        // A merchant without the public key: the certificates are all it can check answers with.
        let fields = credentials.as_object_mut().context("credentials are an object")?;
        fields.retain(|name, _| !name.starts_with("platform_public_key"));
    }
    Ok(Fake {
        title: "WeChat Pay (simulated)",
        base_url: address.to_owned(),
        credentials: serde_json::to_string_pretty(&credentials).context("credentials are JSON")?,
        simulator: Box::new(simulator),
    })
}

fn kept_wechat_keys(path: &Path) -> Result<wechat::Keys> {
    if path.exists() {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        return serde_json::from_str(&text)
            .with_context(|| format!("the kept keys {} are damaged", path.display()));
    }
    let keys = wechat::Keys::fresh();
    write_private(path, &serde_json::to_string_pretty(&keys).context("keys are JSON")?)?;
    Ok(keys)
}

fn alipay_fake(directory: Option<&Path>, address: &str) -> Result<Fake> {
    let keys = match directory {
        None => alipay::Keys::generate(),
        Some(directory) => kept_alipay_keys(directory)?,
    };
    let simulator = alipay::Simulator::with_keys(keys).context("the kept keys of the simulator")?;
    let credentials = simulator.credentials(address).context("a simulator with keys has credentials")?;
    Ok(Fake {
        title: "Alipay (simulated)",
        base_url: credentials.base_url.clone(),
        credentials: serde_json::to_string_pretty(&credentials).context("credentials are JSON")?,
        simulator: Box::new(simulator),
    })
}

fn kept_alipay_keys(directory: &Path) -> Result<alipay::Keys> {
    let file = |name: &str| directory.join(name);
    let read = |name: &str| {
        fs::read_to_string(file(name)).with_context(|| format!("cannot read {}", file(name).display()))
    };
    if !file("alipay-app.pem").exists() {
        let keys = alipay::Keys::generate();
        write_private(&file("alipay-gateway.pem"), keys.alipay_private_key_pem.reveal())?;
        write_private(&file("alipay-gateway-public.pem"), &keys.alipay_public_key_pem)?;
        write_private(&file("alipay-app.pem"), keys.app_private_key_pem.reveal())?;
    }
    Ok(alipay::Keys {
        app_private_key_pem: Secret::new(read("alipay-app.pem")?),
        alipay_private_key_pem: Secret::new(read("alipay-gateway.pem")?),
        alipay_public_key_pem: read("alipay-gateway-public.pem")?,
    })
}
