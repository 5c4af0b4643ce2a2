"""Certificates for tests of TLS, made by openssl in a fresh folder."""

import os
import ssl
import subprocess
import tempfile


class Certificates:
    """An authority that the server trusts, what it has signed, and what a stranger has.

    Each is a name: path("client.crt") is its certificate, path("client.key") the key.
    authority, stranger            two authorities
    server, other_server           signed by the authority, for localhost
    client                         likewise
    strange_client                 signed by the stranger
    locked.key                     the server's key, encrypted with PASSWORD
    """

    PASSWORD = "open sesame"

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="dabba-test-")
        for authority in ("authority", "stranger"):
            self._openssl("req", "-x509", *self._new_key(authority), "-subj", f"/CN={authority}",
                          "-out", self.path(f"{authority}.crt"))
        for name in ("server", "other_server", "client"):
            self._sign(name, "authority")
        self._sign("strange_client", "stranger")
        self._openssl("ec", "-aes128", "-passout", f"pass:{self.PASSWORD}", "-in", self.path("server.key"),
                      "-out", self.path("locked.key"))

    def path(self, name):
        return os.path.join(self._folder.name, name)

    def close(self):
        self._folder.cleanup()

    def context(self, client=None, version=None):
        """For a client with this certificate, and this version of TLS only."""
        context = ssl.create_default_context(cafile=self.path("authority.crt"))
        if client:
            context.load_cert_chain(self.path(f"{client}.crt"), self.path(f"{client}.key"))
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def _new_key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                self.path(f"{name}.key"))

    def _sign(self, name, authority):
        request, names = self.path(f"{name}.csr"), self.path("names")
        with open(names, "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl("req", *self._new_key(name), "-subj", f"/CN={name}", "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.path(f"{authority}.crt"),
                      "-CAkey", self.path(f"{authority}.key"), "-CAcreateserial", "-extfile", names,
                      "-out", self.path(f"{name}.crt"))

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)
