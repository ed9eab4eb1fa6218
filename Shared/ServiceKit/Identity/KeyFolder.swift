import CooperationModel
import Crypto
import Foundation

/// A folder with a key pair and the list of issuers that trusts it: `private.pem`, `jwks.json`, `issuers.json`.
package struct KeyFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package var privateKey: String { path + "/private.pem" }
  package var jwks: String { path + "/jwks.json" }
  package var issuers: String { path + "/issuers.json" }

  /// Makes the key pair and the list, unless there is a private key already. Nobody but the owner can read it: the file
  /// is made with mode 0600, and appears complete or not at all.
  ///
  /// - Returns: false when there was one.
  @discardableResult
  package func make(issuer: String, audience: String) throws -> Bool {
    guard !FileManager.default.fileExists(atPath: privateKey) else { return false }
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let mint = Curve25519.Signing.PrivateKey()
    let keys = TokenMint(issuer: issuer, audience: audience, key: mint)
    try Self.write(keys.publicKeys, to: jwks, mode: 0o644)
    let entries = [TrustedIssuers.Entry(iss: issuer, jwks: "jwks.json", audience: audience)]
    try Self.write(JSON.encode(entries), to: issuers, mode: 0o644)
    try Self.write(Data((mint.pemRepresentation + "\n").utf8), to: privateKey, mode: 0o600)
    return true
  }

  /// Writes a file that appears complete or not at all, with that mode from the start.
  package static func write(_ data: Data, to path: String, mode: mode_t) throws {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw StartupError.configuration("cannot write \(temporary): \(errorText(errno))") }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: data)
      try handle.synchronize()
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let reason = errorText(errno)
      unlink(temporary)
      throw StartupError.configuration("cannot write \(path): \(reason)")
    }
  }
}

/// What an error number means.
func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
