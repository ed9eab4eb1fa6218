import CooperationModel
import Logging

/// What every service can be told.
package enum CommonOptions {
  package static let config = ConfigurationOption<String>("config", "FILE", "A YAML or JSON file with any of these.")
  package static let data = ConfigurationOption<String>(
    "data", "FOLDER", "Where the service keeps what it can rebuild, and the bus its file.", default: "data")
  package static let bus = ConfigurationOption<BusAddress>(
    "bus", "BUS",
    "Which log to work on: embedded:FILE, embedded alone for bourse.sqlite in the data folder, or kafka://HOST:PORT.",
    default: .embedded(nil))
  package static let kafkaSettings = ConfigurationOption<String>(
    "kafka.settings", "FILE",
    "On Kafka: a file of librdkafka's settings, as for TLS and SASL, name=value a line; name=@FILE takes the value from a file."
  )
  package static let kafkaUser = ConfigurationOption<String>("kafka.user", "NAME", "On Kafka: who to be, for SASL.")
  package static let kafkaPassword = ConfigurationOption<Secret>(
    "kafka.password", "FILE", "On Kafka: a file with the password, for SASL.")
  package static let kafkaToken = ConfigurationOption<String>(
    "kafka.token", "FILE", "On Kafka: a file with a JWT for SASL/OAUTHBEARER, read again whenever one is needed.")
  package static let kafkaReplicas = ConfigurationOption<Int>(
    "kafka.replicas", "COUNT", "On Kafka: how many brokers keep a topic that is made; 0 leaves it to the cluster.",
    default: 0)
  package static let http = ConfigurationOption<HostPort>(
    "http", "HOST:PORT", "Where to answer HTTP; port 0 takes any free one.", default: HostPort("127.0.0.1", 8080))
  package static let instance = ConfigurationOption<String>(
    "instance", "NAME", "This process among its kind; the same after a restart, another for each.", default: "1")
  package static let logLevel = ConfigurationOption<Logger.Level>(
    "log.level", "LEVEL", "The least that is logged: trace, debug, info, notice, warning, error or critical.",
    default: .info)
  package static let logFormat = ConfigurationOption<LineLogHandler.Format>(
    "log.format", "FORMAT", "How it is logged: text for people, json for machines.", default: .text)
  package static let issuers = ConfigurationOption<String>(
    "issuers", "FILE",
    "Who may sign tokens: a JSON array of {\"iss\", \"jwks\", \"audience\"}. Without it nobody can sign in.")
  package static let publicURL = ConfigurationOption<String>(
    "public-url", "URL", "How the service is reached from outside, for links; the address it listens on otherwise.")
  package static let grace = ConfigurationOption<Instant.Span>(
    "grace", "TIME", "How long to finish what is begun when asked to stop.", default: .seconds(10))
  package static let followParent = ConfigurationOption<Bool>(
    "follow-parent", "", "Stop when the process that started this one is gone.", default: false)
  package static let inFlight = ConfigurationOption<Int>(
    "limits.in-flight", "COUNT", "Requests worked on at once; more are answered 503.", default: 256)
  package static let rate = ConfigurationOption<Int>(
    "limits.rate", "COUNT", "Requests a second for each caller; more are answered 429. 0 sets no limit.", default: 50)
  package static let burst = ConfigurationOption<Int>(
    "limits.burst", "COUNT", "Requests that a caller can make at once before the rate counts.", default: 200)
  package static let proxies = ConfigurationOption<Int>(
    "proxies", "COUNT", "How many proxies of yours stand before the service and add to X-Forwarded-For.", default: 0)

  package static let all: [any AnyConfigurationOption] = [
    config, data, bus, kafkaSettings, kafkaUser, kafkaPassword, kafkaToken, kafkaReplicas, http, instance, publicURL,
    issuers, logLevel, logFormat, grace, followParent, inFlight, rate,
    burst, proxies,
  ]
}

/// Which log to work on.
package enum BusAddress: ConfigurationValue, Hashable {
  /// A SQLite file; nil for the usual one in the data folder.
  case embedded(String?)
  /// Brokers, as Kafka writes them.
  case kafka(String)

  package static let form = "embedded, embedded:FILE or kafka://HOST:PORT[,HOST:PORT]"

  package init?(configurationText text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts.first, parts.count) {
    case ("embedded", 1): self = .embedded(nil)
    case ("embedded", 2) where !parts[1].isEmpty: self = .embedded(parts[1])
    case ("kafka", 2):
      let brokers = parts[1].hasPrefix("//") ? String(parts[1].dropFirst(2)) : ""
      guard !brokers.isEmpty,
        brokers.split(separator: ",").allSatisfy({ HostPort(configurationText: String($0)) != nil })
      else { return nil }
      self = .kafka(brokers)
    default: return nil
    }
  }

  package var configurationText: String {
    switch self {
    case .embedded(let file): file.map { "embedded:\($0)" } ?? "embedded"
    case .kafka(let brokers): "kafka://\(brokers)"
    }
  }
}

extension Logger.Level: ConfigurationChoice {}
extension LineLogHandler.Format: ConfigurationChoice {}
