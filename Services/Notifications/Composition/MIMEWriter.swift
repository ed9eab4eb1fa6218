import CooperationModel

/// Puts a message together: headers, then two alternatives in quoted-printable.
struct MIMEWriter {
  private(set) var bytes: [UInt8] = []

  init() { line("MIME-Version: 1.0") }

  /// A header whose value is ready: printable ASCII (or an international address), folded where it is long.
  mutating func header(_ name: String, _ value: String) { line("\(name): \(value)") }

  mutating func alternatives(text: String, html: String, boundary: String) {
    header("Content-Type", "multipart/alternative;\r\n boundary=\"\(boundary)\"")
    line("")
    part(text, type: "text/plain; charset=utf-8; format=flowed", boundary: boundary)
    part(html, type: "text/html; charset=utf-8", boundary: boundary)
    line("--\(boundary)--")
  }

  /// `Tue, 24 Nov 2026 09:30:00 +0100`, in Paris.
  static func date(_ instant: Instant) -> String {
    let offset = ParisTime.offset(at: instant)
    let local = instant + offset
    let (year, month, number) = local.day.components
    let day = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(local.day.daysSince1970 % 7 + 7) % 7]
    let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    let time = local.description.dropFirst(11).prefix(8)
    return "\(day), \(number) \(name) \(year) \(time) +0\(offset.milliseconds / 3_600_000)00"
  }

  private mutating func part(_ content: String, type: String, boundary: String) {
    line("--\(boundary)")
    header("Content-Type", type)
    header("Content-Transfer-Encoding", "quoted-printable")
    line("")
    bytes += QuotedPrintable.encode(content)
    line("")
  }

  private mutating func line(_ text: String) {
    bytes += text.utf8
    bytes += [0x0D, 0x0A]
  }
}
