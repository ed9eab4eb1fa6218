/// Follows UTF-8 byte by byte (Unicode, table 3-7): what overlong forms, surrogates, values beyond U+10FFFF and cut-off
/// sequences break is found at the byte that breaks it.
struct UTF8Check {
  /// How many continuation bytes are still due.
  private var due = 0
  /// What the next continuation byte may be.
  private var lower: UInt8 = 0x80
  private var upper: UInt8 = 0xBF

  /// True between two characters: an input may end here.
  var isBetweenCharacters: Bool { due == 0 }

  /// Takes one more byte; false when no character can go on like that.
  mutating func accept(_ byte: UInt8) -> Bool {
    if due == 0 {
      if byte < 0x80 { return true }
      return start(byte)
    }
    guard byte >= lower, byte <= upper else { return false }
    lower = 0x80
    upper = 0xBF
    due -= 1
    return true
  }

  private mutating func start(_ byte: UInt8) -> Bool {
    switch byte {
    case 0xC2...0xDF: due = 1
    case 0xE0:
      due = 2
      lower = 0xA0
    case 0xED:
      due = 2
      upper = 0x9F
    case 0xE1...0xEF: due = 2
    case 0xF0:
      due = 3
      lower = 0x90
    case 0xF1...0xF3: due = 3
    case 0xF4:
      due = 3
      upper = 0x8F
    default: return false
    }
    return true
  }

  /// Where the first sequence that is no UTF-8 starts; nil when all is well.
  static func firstFault(in bytes: [UInt8]) -> Int? {
    var check = UTF8Check()
    var start = 0
    for (index, byte) in bytes.enumerated() {
      if check.isBetweenCharacters { start = index }
      guard check.accept(byte) else { return start }
    }
    return check.isBetweenCharacters ? nil : start
  }
}
