import CooperationModel

/// One thing that can be set, declared once: the flag, the variable, the key in the file, the help and the default all
/// come of it.
///
/// `ConfigurationOption("http", "HOST:PORT", "Where to listen.", default: HostPort("127.0.0.1", 8080))` is the flag
/// `--http`, the variable `BOURSE_HTTP` and the file's `http`. A key of several parts (`log.level`) is `--log-level`,
/// `BOURSE_LOG_LEVEL` and a `level` inside `log`.
package struct ConfigurationOption<Value: ConfigurationValue>: AnyConfigurationOption {
  package let key: String
  package let placeholder: String
  package let help: String
  package let standard: Value?
  package var isSecret: Bool { Value.isSecret }

  /// - Parameters:
  ///   - key: parts in lower case joined by dots; words within a part joined by dashes.
  ///   - placeholder: stands for the value in the help.
  ///   - help: what it is for, in a sentence.
  ///   - standard: what it is when nothing says otherwise; without one it is absent then.
  package init(_ key: String, _ placeholder: String, _ help: String, default standard: Value? = nil) {
    self.key = key
    self.placeholder = placeholder
    self.help = help
    self.standard = standard
  }

  package var standardText: String? { standard?.configurationText }
  package var isSwitch: Bool { Value.self == Bool.self }

  package func problem(with text: String) -> String? { Value(configurationText: text) == nil ? Value.form : nil }
}

/// What is needed of an option without its value's type.
package protocol AnyConfigurationOption: Sendable {
  var key: String { get }
  var placeholder: String { get }
  var help: String { get }
  var isSecret: Bool { get }
  /// Needs no value on the command line: `--key` is true, `--no-key` false.
  var isSwitch: Bool { get }
  var standardText: String? { get }
  /// Nil when the text is a value of the option; else what a value looks like.
  func problem(with text: String) -> String?
}

extension AnyConfigurationOption {
  var parts: [String] { key.split(separator: ".").map(String.init) }
  var flag: String { "--" + parts.joined(separator: "-") + (isSecret ? "-file" : "") }
  var variable: String { "BOURSE_" + parts.joined(separator: "_").replacing("-", with: "_").uppercased() }
}

/// What an option can hold.
package protocol ConfigurationValue: Sendable {
  /// What a value looks like, for error messages: `HOST:PORT, as in 127.0.0.1:8080`.
  static var form: String { get }
  static var isSecret: Bool { get }
  init?(configurationText text: String)
  var configurationText: String { get }
}

extension ConfigurationValue {
  package static var isSecret: Bool { false }
}

extension String: ConfigurationValue {
  package static let form = "a text that is not empty"
  package init?(configurationText text: String) {
    guard !text.isEmpty else { return nil }
    self = text
  }
  package var configurationText: String { self }
}

extension Int: ConfigurationValue {
  package static let form = "a whole number that is not negative"
  package init?(configurationText text: String) {
    guard let number = Int(text), number >= 0 else { return nil }
    self = number
  }
  package var configurationText: String { String(self) }
}

extension Bool: ConfigurationValue {
  package static let form = "true or false"
  package init?(configurationText text: String) {
    switch text.lowercased() {
    case "true", "yes", "on", "1": self = true
    case "false", "no", "off", "0": self = false
    default: return nil
    }
  }
  package var configurationText: String { String(self) }
}

/// Several, separated by commas.
extension Array: ConfigurationValue where Element: ConfigurationValue {
  package static var form: String { "values separated by commas, each \(Element.form)" }
  package init?(configurationText text: String) {
    var values: [Element] = []
    for part in text.split(separator: ",") {
      guard let value = Element(configurationText: part.trimmed) else { return nil }
      values.append(value)
    }
    self = values
  }
  package var configurationText: String { map(\.configurationText).joined(separator: ",") }
}

extension Instant.Span: ConfigurationValue {
  package static let form = "a time with its unit, as in 500ms, 10s, 5m, 2h or 7d"
  package init?(configurationText text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let count = Int64(digits), count <= 1_000_000_000 else { return nil }
    switch text.dropFirst(digits.count) {
    case "ms": self = .milliseconds(count)
    case "s": self = .seconds(count)
    case "m": self = .minutes(count)
    case "h": self = .hours(count)
    case "d": self = .days(count)
    default: return nil
    }
  }
  package var configurationText: String {
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, Int64)]
    where milliseconds > 0 && milliseconds % length == 0 { return "\(milliseconds / length)\(unit)" }
    return "\(milliseconds)ms"
  }
}

/// An address to listen on.
package struct HostPort: ConfigurationValue, Hashable {
  package static let form = "HOST:PORT, as in 127.0.0.1:8080 or [::1]:8080; port 0 takes any free one"
  package var host: String
  package var port: Int

  package init(_ host: String, _ port: Int) {
    self.host = host
    self.port = port
  }

  package init?(configurationText text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, !host.contains(where: \.isWhitespace) else { return nil }
    self.init(String(host), Int(port))
  }

  package var configurationText: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Something that is never shown. Read from a file, from the environment or from the configuration file, but not from
/// the command line, which every user of the machine can read.
package struct Secret: ConfigurationValue, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package static let form = "a text that is not empty"
  package static let isSecret = true
  package let value: String

  package init?(configurationText text: String) {
    guard !text.isEmpty else { return nil }
    value = text
  }

  package var configurationText: String { "<secret>" }
  package var description: String { "<secret>" }
  package var debugDescription: String { "<secret>" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The values of an enumeration, by their raw values.
package protocol ConfigurationChoice: ConfigurationValue, RawRepresentable, CaseIterable where RawValue == String {}

extension ConfigurationChoice {
  package static var form: String { allCases.map(\.rawValue).joined(separator: ", ").replacing(", ", with: " or ") }
  package init?(configurationText text: String) { self.init(rawValue: text) }
  package var configurationText: String { rawValue }
}

extension StringProtocol {
  /// Without spaces and line ends around it.
  var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
