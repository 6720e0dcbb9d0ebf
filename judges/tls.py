"""What sslyze finds at the hub's listener: versions, suites, chain, known faults, and the header against stripping."""

from pathlib import Path
from urllib.parse import urlsplit

from sslyze import (
    CertificateInfoExtraArgument,
    ScanCommandsExtraArguments,
    Scanner,
    ServerNetworkConfiguration,
    ServerNetworkLocation,
    ServerScanRequest,
)
from sslyze.plugins.robot.implementation import RobotScanResultEnum

from lib.judge import run, same

# RFC 9325 4.2, the suites that BCP 195 recommends for TLS 1.2; for TLS 1.3 those of RFC 8446 9.1.
RECOMMENDED = {
    "TLS_1_2": {
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    },
    "TLS_1_3": {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"},
}
YEAR_OF_SECONDS = 31_536_000
# Less than the hub waits for a request: sslyze learns from its own waiting that a client certificate is not demanded.
TIMEOUT_SECONDS = 6


def scanned(facts):
    """Everything that sslyze can look at, of one address."""
    address = urlsplit(facts["issuer"])
    request = ServerScanRequest(
        server_location=ServerNetworkLocation(address.hostname, address.port),
        network_configuration=ServerNetworkConfiguration(address.hostname, network_timeout=TIMEOUT_SECONDS),
        scan_commands_extra_arguments=ScanCommandsExtraArguments(
            certificate_info=CertificateInfoExtraArgument(custom_ca_file=Path(facts["ca_file"]))
        ),
    )
    scanner = Scanner()
    scanner.queue_scans([request])
    (result,) = scanner.get_results()
    if result.connectivity_error_trace is not None:
        raise AssertionError("no connection: " + "".join(result.connectivity_error_trace.format())[-600:])
    return result.scan_result


def found(scan, command):
    """The result of one command; its absence is a failure, never a pass."""
    attempt = getattr(scan, command)
    same(attempt.error_reason, None, command)
    assert attempt.result is not None, f"{command} was not looked at: {attempt.status}"
    return attempt.result


def accepted(scan, version):
    suites = found(scan, f"{version.lower()}_cipher_suites").accepted_cipher_suites
    return {suite.cipher_suite.name for suite in suites}


def versions(judge, scan):
    for version in ("SSL_2_0", "SSL_3_0", "TLS_1_0", "TLS_1_1"):
        judge.check(f"{version} is not spoken", lambda version=version: same(accepted(scan, version), set()))
    for version, recommended in RECOMMENDED.items():

        def only_recommended(version=version, recommended=recommended):
            suites = accepted(scan, version)
            assert suites, "no suite is accepted"
            same(suites - recommended, set(), "beside the recommended ones")

        judge.check(f"{version} is spoken, with recommended suites alone", only_recommended)


def chain(judge, scan):
    def trusted():
        (deployment, *_) = found(scan, "certificate_info").certificate_deployments
        validations = deployment.path_validation_results
        own = [result for result in validations if result.was_validation_successful]
        assert own, [result.validation_error for result in validations]
        same(deployment.received_chain_has_valid_order, True, "the order of the chain")
        same(deployment.verified_chain_has_sha1_signature, False, "a SHA-1 signature")

    judge.check("the certificate chains to the trial's authority and names the host", trusted)


def faults(judge, scan):
    answers = {
        "compression is not offered": ("tls_compression", "supports_compression", False),
        "Heartbleed": ("heartbleed", "is_vulnerable_to_heartbleed", False),
        "CCS injection": ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", False),
        "a client cannot renegotiate": ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", False),
        "early data is not taken": ("tls_1_3_early_data", "supports_early_data", False),
        "the extended master secret is used": ("tls_extended_master_secret", "supports_ems_extension", True),
    }
    for what, (command, name, expected) in answers.items():

        def as_expected(command=command, name=name, expected=expected):
            same(getattr(found(scan, command), name), expected, name)

        judge.check(what, as_expected)

    def robot():
        result = found(scan, "robot").robot_result
        fine = {RobotScanResultEnum.NOT_VULNERABLE_NO_ORACLE, RobotScanResultEnum.NOT_VULNERABLE_RSA_NOT_SUPPORTED}
        assert result in fine, result

    def no_resumption():
        result = found(scan, "session_resumption")
        same(result.session_id_successful_resumptions_count, 0, "by id")
        same(result.tls_ticket_successful_resumptions_count, 0, "by ticket")

    def curves():
        names = {curve.name for curve in found(scan, "elliptic_curves").supported_curves}
        assert names, "no curve is offered"
        same(names - {"X25519", "secp256r1", "secp384r1", "secp521r1", "X448"}, set(), "other curves")

    judge.check("ROBOT", robot)
    judge.check("no session is resumed", no_resumption)
    judge.check("the curves are those of today", curves)


def header(judge, scan):
    def strict():
        sent = found(scan, "http_headers").strict_transport_security_header
        assert sent is not None, "Strict-Transport-Security is missing"
        assert sent.max_age >= YEAR_OF_SECONDS, f"max-age is {sent.max_age}"

    judge.check("Strict-Transport-Security holds for a year", strict)


def judged(judge):
    scan = judge.check("the listener is scanned", lambda: scanned(judge.facts))
    if scan is None:
        return
    versions(judge, scan)
    chain(judge, scan)
    faults(judge, scan)
    header(judge, scan)


run(judged)
