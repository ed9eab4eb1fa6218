import CooperationModel
import HTTPTypes
import Hummingbird

/// What is known of a request while it is answered.
struct EdgeContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The address at the other end of the connection.
  let peer: String?
  /// Closes the connection once the client has had time to read the answer, whatever it is still sending.
  let closeSoon: @Sendable () -> Void
  var requestID = ""
  var trace = TraceContext(traceparent: nil)
  var language = Language.french
  var actor: Actor?
  var receivedAt = Instant(milliseconds: 0)
  var idempotencyKey = ""

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    peer = source.channel.remoteAddress?.ipAddress
    let channel = source.channel
    closeSoon = {
      channel.eventLoop.scheduleTask(in: .seconds(3)) { channel.close(mode: .all, promise: nil) }
    }
  }

  /// The caller's own id when it is one that a log can hold; otherwise a new one.
  static func requestID(_ header: String?) -> String {
    if let header, (8...64).contains(header.utf8.count),
      header.utf8.allSatisfy({
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || [0x2D, 0x2E, 0x5F].contains($0)
      })
    {
      return header
    }
    return StableID.hexadecimal((0..<16).map { _ in UInt8.random(in: .min ... .max) })
  }
}

extension HTTPField.Name {
  static let requestID = Self("X-Request-ID") ?? .userAgent
  static let forwardedFor = Self("X-Forwarded-For") ?? .userAgent
  static let traceparent = Self("traceparent") ?? .userAgent
  static let idempotencyKey = Self("Idempotency-Key") ?? .userAgent
  static let referrerPolicy = Self("Referrer-Policy") ?? .userAgent
}
