/// Where a request stands in a trace (W3C Trace Context, level 1).
package struct TraceContext: Equatable, Sendable {
  /// 32 hexadecimal digits.
  package var trace: String
  /// 16 hexadecimal digits: this request's own.
  package var span: String
  package var isSampled: Bool

  /// That of the request which the current task answers; nil elsewhere.
  @TaskLocal package static var current: TraceContext?

  /// The caller's trace, continued by a span of our own; a new one when there is none or it is not well formed.
  package init(traceparent: String?) {
    if let known = TraceContext(carried: traceparent) {
      (trace, isSampled) = (known.trace, known.isSampled)
    } else {
      trace = Self.random(16)
      isSampled = false
    }
    span = Self.random(8)
  }

  /// What a header says, as it is; nil when it is not well formed.
  package init?(carried traceparent: String?) {
    let parts = (traceparent ?? "").split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].utf8.count == 2, Self.isHexadecimal(parts[0]), parts[0] != "ff",
      parts[1].utf8.count == 32,
      Self.isHexadecimal(parts[1]), parts[1].contains(where: { $0 != "0" }), parts[2].utf8.count == 16,
      Self.isHexadecimal(parts[2]), parts[2].contains(where: { $0 != "0" }), parts[3].utf8.count == 2,
      let flags = UInt8(parts[3], radix: 16), parts[0] != "00" || parts.count == 4
    else { return nil }
    trace = String(parts[1])
    span = String(parts[2])
    isSampled = flags & 1 == 1
  }

  /// For what this request causes.
  package var traceparent: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }

  private static func random(_ count: Int) -> String {
    StableID.hexadecimal((0..<count).map { _ in UInt8.random(in: 1...255) })
  }

  private static func isHexadecimal(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
