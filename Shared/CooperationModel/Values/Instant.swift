import Foundation

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// In JSON it is ISO 8601 in UTC with milliseconds (`2026-11-24T08:30:00.000Z`), so that what is written and read again
/// is equal. Decoding also takes an offset instead of `Z`, and fewer or no digits of a second's fraction.
public struct Instant: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  public var milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  public static func + (left: Self, right: Span) -> Self { Self(milliseconds: left.milliseconds &+ right.milliseconds) }
  public static func - (left: Self, right: Span) -> Self { Self(milliseconds: left.milliseconds &- right.milliseconds) }
  public static func - (left: Self, right: Self) -> Span { Span(milliseconds: left.milliseconds &- right.milliseconds) }

  /// A length of time in whole milliseconds.
  public struct Span: Hashable, Comparable, Codable, Sendable {
    public var milliseconds: Int64
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
    public static func milliseconds(_ count: Int64) -> Self { Self(milliseconds: count) }
    public static func seconds(_ count: Int64) -> Self { Self(milliseconds: count * 1_000) }
    public static func minutes(_ count: Int64) -> Self { Self(milliseconds: count * 60_000) }
    public static func hours(_ count: Int64) -> Self { Self(milliseconds: count * 3_600_000) }
    public static func days(_ count: Int64) -> Self { Self(milliseconds: count * 86_400_000) }
  }

  /// The text in UTC, always with milliseconds.
  public var description: String {
    let (days, time) = milliseconds.quotientAndRemainderFloored(86_400_000)
    let day = Day(daysSince1970: Int(days)).components
    guard (0...9_999).contains(day.year) else { return longDescription }
    let (milliseconds, seconds) = (Int(time % 1_000), Int(time / 1_000))
    return String(unsafeUninitializedCapacity: 24) { text in
      write(day, to: text)
      write(UInt8(ascii: "T"), to: text, at: 10)
      write(seconds / 3_600, to: text, at: 11, 2)
      write(UInt8(ascii: ":"), to: text, at: 13)
      write(seconds / 60 % 60, to: text, at: 14, 2)
      write(UInt8(ascii: ":"), to: text, at: 16)
      write(seconds % 60, to: text, at: 17, 2)
      write(UInt8(ascii: "."), to: text, at: 19)
      write(milliseconds, to: text, at: 20, 3)
      write(UInt8(ascii: "Z"), to: text, at: 23)
      return 24
    }
  }

  /// The same of years beyond four digits.
  private var longDescription: String {
    let (days, time) = milliseconds.quotientAndRemainderFloored(86_400_000)
    let seconds = time / 1_000
    return
      "\(Day(daysSince1970: Int(days)))T\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(time % 1_000, 3))Z"
  }

  /// Reads ISO 8601 with a time and `Z` or an offset; nil for anything else, a 61st second included.
  public init?(_ text: String) {
    var text = text
    let milliseconds: Int64? = text.withUTF8 { Self.milliseconds($0) }
    guard let milliseconds else { return nil }
    self.init(milliseconds: milliseconds)
  }

  private static func milliseconds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
      let day = Day(UnsafeBufferPointer(rebasing: bytes[0..<10])),
      let hour = number(bytes, 11, 2), hour < 24, bytes[13] == UInt8(ascii: ":"),
      let minute = number(bytes, 14, 2), minute < 60, bytes[16] == UInt8(ascii: ":"),
      let second = number(bytes, 17, 2), second < 60
    else { return nil }
    var index = 19
    var fraction = 0
    if bytes[index] == UInt8(ascii: ".") {
      var digits = 0
      index += 1
      while index < bytes.count, let digit = number(bytes, index, 1) {
        if digits < 3 { fraction = fraction * 10 + digit }
        digits += 1
        index += 1
      }
      guard digits > 0 else { return nil }
      while digits < 3 {
        fraction *= 10
        digits += 1
      }
    }
    var offset = 0
    guard index < bytes.count else { return nil }
    switch bytes[index] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      guard index == bytes.count - 1 else { return nil }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard bytes.count == index + 6, let hours = number(bytes, index + 1, 2), hours < 24,
        bytes[index + 3] == UInt8(ascii: ":"), let minutes = number(bytes, index + 4, 2), minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (bytes[index] == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
    let seconds = (hour * 60 + minute - offset) * 60 + second
    return Int64(day.daysSince1970) * 86_400_000 + Int64(seconds) * 1_000 + Int64(fraction)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Instant(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text)\" is not a time in ISO 8601, as in 2026-11-24T08:30:00.000Z")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The day in UTC.
  public var day: Day { Day(daysSince1970: Int(milliseconds.quotientAndRemainderFloored(86_400_000).quotient)) }
}

/// A day of the Gregorian calendar, without a time or a place; in JSON `2026-11-24`.
public struct Day: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  public let daysSince1970: Int

  public init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }

  /// Nil when there is no such day, 30 February for one, or the year is not in 1…9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    // Days from a civil date, counting years from March (H. Hinnant, "chrono-compatible low-level date algorithms").
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    daysSince1970 = era * 146_097 + dayOfEra - 719_468
    guard components.month == month else { return nil }
  }

  /// Reads `YYYY-MM-DD`.
  public init?(_ text: String) {
    var text = text
    let day: Day? = text.withUTF8 { Day($0) }
    guard let day else { return nil }
    self = day
  }

  fileprivate init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes, 0, 4), let month = number(bytes, 5, 2), let day = number(bytes, 8, 2)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  public var components: (year: Int, month: Int, day: Int) {
    let shifted = daysSince1970 + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }

  public var year: Int { components.year }

  /// Midnight UTC at the start of the day.
  public var start: Instant { Instant(milliseconds: Int64(daysSince1970) * 86_400_000) }

  public static func < (left: Self, right: Self) -> Bool { left.daysSince1970 < right.daysSince1970 }
  public static func + (left: Self, days: Int) -> Self { Self(daysSince1970: left.daysSince1970 + days) }

  public var description: String {
    let day = components
    guard (0...9_999).contains(day.year) else {
      return "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2))"
    }
    return String(unsafeUninitializedCapacity: 10) { text in
      write(day, to: text)
      return 10
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Day(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text)\" is not a day, as in 2026-11-24")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Int64 {
  /// Division that rounds towards minus infinity, so that the remainder is never negative.
  func quotientAndRemainderFloored(_ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// The number with leading zeros up to the given count of digits.
func padded(_ number: some BinaryInteger, _ width: Int) -> String {
  let digits = String(number)
  return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
}

/// The decimal number in the given places of a text, or nil when one of them is no digit.
private func number(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
  guard start + count <= bytes.count else { return nil }
  var value = 0
  for byte in bytes[start..<start + count] {
    guard byte >= 0x30, byte <= 0x39 else { return nil }
    value = value * 10 + Int(byte - 0x30)
  }
  return value
}

// Times are in every record, so their texts are written in place.

private func write(_ day: (year: Int, month: Int, day: Int), to text: UnsafeMutableBufferPointer<UInt8>) {
  write(day.year, to: text, at: 0, 4)
  write(UInt8(ascii: "-"), to: text, at: 4)
  write(day.month, to: text, at: 5, 2)
  write(UInt8(ascii: "-"), to: text, at: 7)
  write(day.day, to: text, at: 8, 2)
}

private func write(_ character: UInt8, to text: UnsafeMutableBufferPointer<UInt8>, at place: Int) {
  text.initializeElement(at: place, to: character)
}

/// Writes a number in as many digits as it has at most.
private func write(_ number: Int, to text: UnsafeMutableBufferPointer<UInt8>, at place: Int, _ digits: Int) {
  var rest = number
  for place in (place..<place + digits).reversed() {
    text.initializeElement(at: place, to: UInt8(ascii: "0") + UInt8(rest % 10))
    rest /= 10
  }
}
