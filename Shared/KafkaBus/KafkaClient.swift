import CLibrdkafka
import Foundation
import Synchronization
import TopicBus

/// One client of librdkafka. Its handle may be used from any thread; librdkafka locks what it must.
///
/// Whoever made it calls ``destroy(leaving:)`` once, when no other thread uses it any more.
final class KafkaClient: @unchecked Sendable {
  let pointer: OpaquePointer
  private let callbacks: ClientCallbacks
  private let retained: Unmanaged<ClientCallbacks>

  /// - Parameter callbacks: what it calls back; kept alive until the client is destroyed.
  init(_ settings: KafkaSettings, for role: Role, callbacks: ClientCallbacks? = nil) throws(BusError) {
    let callbacks = callbacks ?? ClientCallbacks(settings)
    let configuration = try Configuration(settings, for: role).make()
    retained = Unmanaged.passRetained(callbacks)
    self.callbacks = callbacks
    rd_kafka_conf_set_opaque(configuration, retained.toOpaque())
    callbacks.register(in: configuration, for: role)
    var text = [CChar](repeating: 0, count: 512)
    let kind: rd_kafka_type_t =
      switch role {
      case .appender, .transactor: RD_KAFKA_PRODUCER
      case .observer, .reader, .member: RD_KAFKA_CONSUMER
      }
    guard let pointer = rd_kafka_new(kind, configuration, &text, text.count) else {
      // The configuration is still ours.
      rd_kafka_conf_destroy(configuration)
      retained.release()
      throw .refused("librdkafka cannot make a client: \(string(text))")
    }
    self.pointer = pointer
    if settings.tokenFile != nil, let error = rd_kafka_sasl_background_callbacks_enable(pointer) {
      settings.log(KafkaLogLine(level: 3, facility: "SASL", text: KafkaError(taking: error).description))
    }
  }

  /// Whether all brokers were away when they were last heard of.
  var isAway: Bool { callbacks.isAway }
  /// A broker is there.
  func isHeard() { callbacks.isHeard() }

  /// Asks any broker whether it is there, and waits that long for its answer, in milliseconds.
  func probe(timeout: Int32) {
    var metadata: UnsafePointer<rd_kafka_metadata>?
    guard rd_kafka_metadata(pointer, 0, nil, &metadata, timeout) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
    if let metadata { rd_kafka_metadata_destroy(metadata) }
    callbacks.isHeard()
  }

  /// Frees the client, and waits for its threads.
  ///
  /// - Parameter leaving: a consumer first says that it leaves its group; otherwise it goes as a killed process does.
  func destroy(leaving: Bool = false) {
    rd_kafka_destroy_flags(pointer, leaving ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    retained.release()
  }
}

/// What a client calls back from its own threads, or from those that poll it.
class ClientCallbacks: @unchecked Sendable {
  private let log: @Sendable (KafkaLogLine) -> Void
  private let tokenFile: String?
  private let away = Atomic(false)

  init(_ settings: KafkaSettings) {
    log = settings.log
    tokenFile = settings.tokenFile
  }

  var isAway: Bool { away.load(ordering: .relaxed) }
  func isHeard() { away.store(false, ordering: .relaxed) }

  /// The object that was given to a client.
  static func of(_ opaque: UnsafeMutableRawPointer?) -> ClientCallbacks? {
    opaque.map { Unmanaged<ClientCallbacks>.fromOpaque($0).takeUnretainedValue() }
  }

  func register(in configuration: OpaquePointer, for role: Role) {
    rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
      guard let client, let callbacks = ClientCallbacks.of(rd_kafka_opaque(client)) else { return }
      let facility = facility.map { String(cString: $0) } ?? ""
      // It warns of each setting that is for another kind of client.
      callbacks.log(
        KafkaLogLine(
          level: facility == "CONFWARN" ? 7 : level, facility: facility, text: text.map { String(cString: $0) } ?? ""))
    }
    // Told to whoever polls the client; without a callback it is logged.
    let isPolled =
      switch role {
      case .observer, .transactor: false
      case .appender, .reader, .member: true
      }
    if isPolled { registerErrors(in: configuration) }
    if tokenFile != nil {
      rd_kafka_conf_enable_sasl_queue(configuration, 1)
      rd_kafka_conf_set_oauthbearer_token_refresh_cb(configuration) { client, _, opaque in
        guard let client, let file = ClientCallbacks.of(opaque)?.tokenFile else { return }
        BearerToken.renew(from: file, for: client)
      }
    }
  }

  private func registerErrors(in configuration: OpaquePointer) {
    rd_kafka_conf_set_error_cb(configuration) { _, code, text, opaque in
      guard let callbacks = ClientCallbacks.of(opaque) else { return }
      let code = rd_kafka_resp_err_t(rawValue: code)
      if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { callbacks.away.store(true, ordering: .relaxed) }
      callbacks.log(
        // What is logged is told here once more, unless it is fatal.
        KafkaLogLine(
          level: code == RD_KAFKA_RESP_ERR__FATAL ? 3 : 7, facility: String(cString: rd_kafka_err2name(code)),
          text: text.map { String(cString: $0) } ?? ""))
    }
  }
}
