import Foundation

/// An amount of euros, exact to the cent. In JSON a decimal string: `"1234.56"`.
public struct Money: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The largest amount that is taken, either way: 10^13 cents, a hundred thousand million euros. 922,337 of them still
  /// add up without overflow (`Int64.max` is 9.22 × 10^18).
  public static let limit: Int64 = 10_000_000_000_000

  public var cents: Int64

  public init(cents: Int64) { self.cents = cents }

  public static let zero = Money(cents: 0)

  /// Reads digits with an optional minus and an optional fraction of one or two digits behind a point.
  ///
  /// Nil for anything else: a comma, a space, an exponent, a third decimal, an amount beyond ``limit``.
  public init?(_ text: String) {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative { rest = rest.dropFirst() }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), (1...12).contains(parts[0].utf8.count),
      parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }), let euros = Int64(parts[0])
    else { return nil }
    var fraction: Int64 = 0
    if parts.count == 2 {
      guard (1...2).contains(parts[1].utf8.count), let digits = Int64(parts[1]) else { return nil }
      fraction = parts[1].utf8.count == 1 ? digits * 10 : digits
    }
    let magnitude = euros * 100 + fraction
    guard magnitude <= Self.limit else { return nil }
    cents = isNegative ? -magnitude : magnitude
  }

  public static func < (left: Self, right: Self) -> Bool { left.cents < right.cents }
  public static func + (left: Self, right: Self) -> Self { Self(cents: left.cents + right.cents) }
  public static func - (left: Self, right: Self) -> Self { Self(cents: left.cents - right.cents) }
  public static func += (left: inout Self, right: Self) { left.cents += right.cents }

  /// Always with two decimals.
  public var description: String {
    let magnitude = cents.magnitude
    return "\(cents < 0 ? "-" : "")\(magnitude / 100).\(padded(magnitude % 100, 2))"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let text = try? container.decode(String.self), let value = Money(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "an amount is a string of euros with a decimal point, as in \"1234.56\"")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
