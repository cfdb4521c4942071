//! TLS, for whichever server: what is trusted, and how far a certificate is looked at.

use crate::runner::{Failure, FailureKind};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, NamedGroup, RootCertStore, SignatureScheme};
use std::path::Path;
use std::sync::Arc;

/// What of a server's certificate is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Nothing: what is sent is encrypted, to whomever.
    Nothing,
    /// That a known authority signed it.
    Authority,
    /// That, and that it is for this very host.
    Host,
}

/// What to encrypt with.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// What of the server's certificate is looked at.
    pub check: Check,
    /// The file of the authorities to trust; those that the machine knows, where there is none.
    pub roots: Option<&'a Path>,
    /// Our own certificate.
    pub cert: Option<&'a Path>,
    /// The key to it, where it is not in the same file.
    pub key: Option<&'a Path>,
}

/// What rustls connects with.
pub fn config(trust: &Trust<'_>) -> Result<ClientConfig, Failure> {
    let mut provider = ring::default_provider();
    // What is first is offered at once. PostgreSQL up to 17 takes P-256 only (`ssl_ecdh_curve`), others take it too, and
    // an offer that is not taken costs a round trip.
    provider.kx_groups.sort_by_key(|group| group.name() != NamedGroup::secp256r1);
    let provider = Arc::new(provider);
    let verifier = verifier(trust, &provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(format!("TLS can't be set up: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match trust.cert {
        None => Ok(config.with_no_client_auth()),
        Some(file) => {
            let (chain, key) = own_certificate(file, trust.key)?;
            config.with_client_auth_cert(chain, key).map_err(|error| bad(format!("{}: {error}", file.display())))
        }
    }
}

fn bad(message: String) -> Failure {
    Failure::new(FailureKind::Connect, message)
}

fn verifier(trust: &Trust<'_>, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Failure> {
    if trust.check == Check::Nothing {
        return Ok(Arc::new(Anyone { provider: provider.clone() }));
    }
    let named = trust.roots.map(|file| certificates(file).map(|found| (file, found))).transpose()?;
    let roots = match &named {
        Some((file, certificates)) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates {
                roots.add(certificate.clone()).map_err(|error| bad(format!("{}: {error}", file.display())))?;
            }
            roots
        }
        None => roots_of_the_machine()?,
    };
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| bad(format!("the root certificates can't be used: {error}")))?;
    let named = named.map(|(_, certificates)| certificates).unwrap_or_default();
    Ok(Arc::new(Known { inner, named, check_name: trust.check == Check::Host }))
}

fn roots_of_the_machine() -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let cause = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(bad(format!("the machine has no root certificates{cause}: name a file of them in the URL")));
    }
    Ok(roots)
}

/// The certificates in a file, PEM or DER.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| bad(format!("no certificate in {}: {error}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| unreadable(&error))?;
    if !is_pem(&bytes) {
        return Ok(vec![CertificateDer::from(bytes)]);
    }
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, _>>().map_err(|error| unreadable(&error))?;
    if certificates.is_empty() { Err(unreadable(&"it holds none")) } else { Ok(certificates) }
}

fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|window| window == b"-----BEGIN ")
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn own_certificate(file: &Path, key: Option<&Path>) -> Result<Identity, Failure> {
    let key_file = key.unwrap_or(file);
    let unreadable = |error: &dyn std::fmt::Display| bad(format!("no private key in {}: {error}", key_file.display()));
    let bytes = std::fs::read(key_file).map_err(|error| unreadable(&error))?;
    let key = if is_pem(&bytes) {
        PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| unreadable(&error))?
    } else {
        PrivateKeyDer::try_from(bytes).map_err(|error| unreadable(&error))?
    };
    Ok((certificates(file)?, key))
}

/// Takes any certificate: it encrypts and does not ask who is there.
#[derive(Debug)]
struct Anyone {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Checks who signed the certificate, and for which host unless that is not asked.
#[derive(Debug)]
struct Known {
    inner: Arc<WebPkiServerVerifier>,
    /// The certificates in the file that was named.
    named: Vec<CertificateDer<'static>>,
    check_name: bool,
}

impl ServerCertVerifier for Known {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let Err(rustls::Error::InvalidCertificate(cause)) = &verified else { return verified };
        match cause {
            // The name is the last thing that is looked at, so whoever fails there has passed the rest.
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } if !self.check_name => {
                Ok(ServerCertVerified::assertion())
            }
            // A server that signed its own certificate, as `openssl req -x509` does it, is its own authority. The
            // library has looked at the dates by then. Who names the very certificate trusts it, as in libpq.
            CertificateError::Other(other)
                if other.0.to_string() == "CaUsedAsEndEntity" && self.named.contains(end_entity) =>
            {
                if self.check_name {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            CertificateError::Other(other) if other.0.to_string() == "CaUsedAsEndEntity" => {
                Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))
            }
            _ => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
