//! The certificate that the page shows to the network. It signs itself, since nobody signs one for an address of a home: what
//! counts is its fingerprint, which a resident compares once with what the machine itself shows.
//!
//! Made when the page is first opened to the network, and kept in the home's directory, key and certificate together, mode
//! 0600. It does not expire and is in no backup: a machine that takes the home's place shows another one.

use std::path::Path;
use std::sync::Arc;

use data_encoding::HEXUPPER;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};
use crate::home::{read_small, sync_dir, write_new};

/// Key and certificate, as PEM.
const FILE: &str = "page.pem";

/// What the page shows of itself, and how it is served with it.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, as browsers show it.
    pub(super) fingerprint: String,
}

impl Certificate {
    /// That of this home; made for these names if there is none yet.
    ///
    /// # Errors
    /// The disk's errors; [`ErrorKind::DataLoss`] if the file is damaged.
    pub(super) fn of(dir: &Path, names: &[String]) -> Result<Self> {
        let path = dir.join(FILE);
        if !path.exists() {
            make(dir, &path, names)?;
        }
        let pem = Zeroizing::new(read_small(&path)?);
        Self::read(&pem).map_err(|cause| {
            let message = format!(
                "the page's certificate is damaged: remove {} and another one is made",
                path.display()
            );
            Error::new(ErrorKind::DataLoss, message).because(cause)
        })
    }

    fn read(pem: &[u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let certificate = CertificateDer::from_pem_slice(pem)?;
        let key = PrivateKeyDer::from_pem_slice(pem)?;
        let fingerprint = fingerprint(&certificate);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
            fingerprint,
        })
    }
}

/// Bytes in hexadecimal with colons between.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let hash = Sha256::digest(certificate);
    let pairs: Vec<_> = hash.iter().map(|byte| HEXUPPER.encode(&[*byte])).collect();
    pairs.join(":")
}

fn make(dir: &Path, path: &Path, names: &[String]) -> Result<()> {
    let failed = |e: rcgen::Error| {
        Error::new(
            ErrorKind::Internal,
            "no certificate could be made for the page",
        )
        .because(e)
    };
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(names).map_err(failed)?;
    params.distinguished_name = DistinguishedName::new();
    // Nothing about the household: whoever connects reads it.
    params
        .distinguished_name
        .push(DnType::CommonName, "Streetlamp");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key).map_err(failed)?;
    let mut pem = Zeroizing::new(key.serialize_pem());
    pem.push_str(&certificate.pem());
    write_new(path, pem.as_bytes())?;
    sync_dir(dir)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_certificate_is_made_once_and_read_by_its_owner_only() {
        let dir = tempfile::TempDir::new().unwrap();
        let names = ["box.local".to_owned()];
        let made = Certificate::of(dir.path(), &names).unwrap();
        assert_eq!(made.fingerprint.len(), 95);
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let again = Certificate::of(dir.path(), &[]).unwrap();
        assert_eq!(again.fingerprint, made.fingerprint);
        fs::write(dir.path().join(FILE), "-----BEGIN").unwrap();
        let damaged = Certificate::of(dir.path(), &[]).unwrap_err();
        assert_eq!(damaged.kind(), ErrorKind::DataLoss);
    }
}
