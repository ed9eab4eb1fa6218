import CooperationModel
import Foundation
import Logging
import NIOCore
import ServiceLifecycle

/// What a service is wired from.
package struct ServiceSetup: Sendable {
  package let name: String
  package let summary: Localized
  package let configuration: ServiceConfiguration
  package let logger: Logger
  package let metrics: Metrics
  package let health: Health
  package var clock: any WallClock

  package init(
    name: String, summary: Localized, configuration: ServiceConfiguration, clock: any WallClock = SystemClock()
  ) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
    self.clock = clock
    let format = configuration[CommonOptions.logFormat] ?? .text
    let level = configuration[CommonOptions.logLevel] ?? .info
    let instance = configuration[CommonOptions.instance] ?? "1"
    var logger = Logger(label: name) { label in
      LineLogHandler(label: label, format: format, level: level, clock: clock)
    }
    if instance != "1" { logger[metadataKey: "instance"] = "\(instance)" }
    self.logger = logger
    metrics = Metrics()
    health = Health(service: name, instance: instance)
  }

  /// This process among its kind.
  package var instance: String { configuration[CommonOptions.instance] ?? "1" }

  /// The data folder, made if it is not there.
  ///
  /// - Throws: ``StartupError`` when it cannot be made.
  package func dataFolder() throws -> String {
    let path = configuration[CommonOptions.data] ?? "data"
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw StartupError.configuration("cannot make the data folder \(path): choose another one with --data")
    }
    return path
  }

  /// Where this instance keeps a table on disk.
  package func tableFile<Key, Value>(_ declaration: StoredTableDeclaration<Key, Value>) throws -> String {
    let folder = try dataFolder() + "/tables"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw StartupError.configuration("cannot make the folder \(folder): choose another one with --data")
    }
    return "\(folder)/\(name)-\(instance)-\(declaration.contract.name).sqlite"
  }

  /// Where the embedded bus keeps its file.
  package func busFile() throws -> String {
    switch configuration[CommonOptions.bus] ?? .embedded(nil) {
    case .embedded(let file?): return file
    case .embedded(nil): return try dataFolder() + "/bourse.sqlite"
    case .kafka: throw StartupError.configuration("--bus: a cluster has no file")
    }
  }

  /// How the service is reached from outside, without a slash at its end.
  package var publicURL: String {
    if let url = configuration[CommonOptions.publicURL] { return url.hasSuffix("/") ? String(url.dropLast()) : url }
    let address = configuration[CommonOptions.http] ?? HostPort("127.0.0.1", 8080)
    return "http://\(address.configurationText)"
  }

  /// Knows who calls, by the trusted issuers' file.
  ///
  /// - Parameter isRevoked: whether the token of that `jti` was revoked.
  package func verifier(
    isRevoked: @escaping @Sendable (String) async -> Bool = { _ in false }
  ) async throws -> TokenVerifier {
    let file = configuration[CommonOptions.issuers]
    let issuers = if let file { try await TrustedIssuers(file: file) } else { TrustedIssuers() }
    if file == nil { logger.warning("no --issuers: nobody can sign in") }
    return TokenVerifier(issuers: issuers, clock: clock, isRevoked: isRevoked)
  }

  /// The service's HTTP server, from its routes.
  package func server(routes: [Route], verifier: TokenVerifier?) -> EdgeService {
    var settings = EdgeSettings()
    settings.inFlight = configuration[CommonOptions.inFlight] ?? settings.inFlight
    settings.trustedProxies = configuration[CommonOptions.proxies] ?? 0
    let rate = configuration[CommonOptions.rate] ?? 50
    let burst = configuration[CommonOptions.burst] ?? 200
    settings.rate = rate == 0 ? nil : RateLimiter.Rate(perSecond: rate, burst: max(1, burst))
    DataFolderSize(folder: configuration[CommonOptions.data] ?? "data").show(in: metrics)
    let server = EdgeServer(
      title: "Bourse-projets — \(name)", summary: summary, routes: routes, settings: settings, verifier: verifier,
      clock: clock, health: health, metrics: metrics, logger: logger)
    return EdgeService(
      server: server, address: configuration[CommonOptions.http] ?? HostPort("127.0.0.1", 8080), health: health,
      logger: logger)
  }
}

/// The HTTP server as a part of the process.
package struct EdgeService: Service {
  package let server: EdgeServer
  let address: HostPort
  let health: Health
  let logger: Logger

  package func run() async throws {
    health.set("http", false, "not listening yet")
    let application = server.application(host: address.host, port: address.port) { port in
      health.set("http", true, "listening on \(HostPort(address.host, port).configurationText)")
      logger.info("listening", metadata: ["address": "\(HostPort(address.host, port).configurationText)"])
    }
    do {
      try await application.run()
    } catch let error as CancellationError {
      throw error
    } catch {
      let reason = (error as? IOError).map { errorText($0.errnoCode) } ?? String(describing: error)
      throw StartupError.unavailable(
        "cannot listen on \(address.configurationText): \(reason): choose another address with --http")
    }
  }
}
