import Foundation

/// Reads CSV (RFC 4180) as it arrives, in chunks of any size.
///
/// Rows end with LF or CR LF; a byte order mark is passed over; the separator, comma or semicolon, is the one that the
/// first line has more of. A row that cannot be read has a fault and nothing else: reading goes on with the next *line*,
/// so that one missing quote costs one row, not the rest of the file. Blank lines are passed over.
///
/// Memory is bounded by the chunk and ``Limits/rowBytes``. Every text comes out in composed form (NFC).
public struct CSVParser: Sendable {
  public struct Limits: Sendable {
    public var rowBytes: Int

    public init(rowBytes: Int = 262_144) { self.rowBytes = rowBytes }
  }

  /// Known once the first line has been read.
  public private(set) var separator: UInt8?
  private let limits: Limits
  private var buffer: [UInt8] = []
  /// Where the next row starts in the buffer, and on which line of the text.
  private var position = 0
  private var line = 1
  private var isAtStart = true
  /// The rest of a faulty line has yet to arrive.
  private var isSkipping = false

  public init(limits: Limits = Limits()) { self.limits = limits }

  /// Takes the next bytes and gives the rows that they complete.
  public mutating func feed(_ chunk: some Sequence<UInt8>) -> [CSVRow] {
    buffer.append(contentsOf: chunk)
    return rows(isEnd: false)
  }

  /// Tells that there is no more: gives what is left.
  public mutating func finish() -> [CSVRow] { rows(isEnd: true) }

  private mutating func rows(isEnd: Bool) -> [CSVRow] {
    var rows: [CSVRow] = []
    guard !isAtStart || begin(isEnd: isEnd) else { return rows }
    loop: while position < buffer.count {
      if isSkipping {
        skipLine()
        continue
      }
      switch scan(isEnd: isEnd) {
      case .row(let fields, let end, let lines):
        if fields != [""] { rows.append(CSVRow(line: line, fields: fields)) }
        position = end
        line += lines
      case .fault(let fault, let end, let lines):
        rows.append(CSVRow(line: line, fault: fault))
        if let end {
          position = end
          line += lines
        } else {
          isSkipping = true
        }
      case .incomplete: break loop
      }
    }
    buffer.removeFirst(position)
    position = 0
    return rows
  }

  /// Passes over the byte order mark and chooses the separator, as soon as the first line is there.
  private mutating func begin(isEnd: Bool) -> Bool {
    let end = buffer.firstIndex(of: UInt8(ascii: "\n"))
    guard isEnd || end != nil || buffer.count > limits.rowBytes else { return false }
    isAtStart = false
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    var counts = (comma: 0, semicolon: 0)
    var isQuoted = false
    for byte in buffer[position..<(end ?? buffer.count)] {
      switch byte {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted: counts.comma += 1
      case UInt8(ascii: ";") where !isQuoted: counts.semicolon += 1
      default: break
      }
    }
    separator = counts.semicolon > counts.comma ? UInt8(ascii: ";") : UInt8(ascii: ",")
    return true
  }

  /// Up to the next line.
  private mutating func skipLine() {
    if let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
      position = end + 1
      line += 1
      isSkipping = false
    } else {
      position = buffer.count
    }
  }

  // MARK: One row

  private enum Scan {
    /// Where it ends, and over how many lines it goes.
    case row(fields: [String], end: Int, lines: Int)
    /// No end: the rest of the line is to be skipped.
    case fault(CSVFault, end: Int?, lines: Int)
    /// The rest has not arrived.
    case incomplete
  }

  private enum Place {
    case fieldStart, plain, quoted, afterQuote
  }

  private func scan(isEnd: Bool) -> Scan {
    let separator = separator ?? UInt8(ascii: ",")
    var fields: [[UInt8]] = []
    var field: [UInt8] = []
    var place = Place.fieldStart
    var index = position
    var lines = 0
    while index < buffer.count {
      guard index - position < limits.rowBytes else { return tooLong(place, field: fields.count) }
      let byte = buffer[index]
      switch (place, byte) {
      case (.quoted, UInt8(ascii: "\"")): place = .afterQuote
      case (.quoted, _):
        if byte == UInt8(ascii: "\n") { lines += 1 }
        field.append(byte)
      case (.afterQuote, UInt8(ascii: "\"")):
        field.append(byte)
        place = .quoted
      case (.fieldStart, UInt8(ascii: "\"")): place = .quoted
      case (_, separator):
        fields.append(field)
        field = []
        place = .fieldStart
      case (_, UInt8(ascii: "\n")):
        return complete(fields + [field], end: index + 1, lines: lines + 1)
      case (_, UInt8(ascii: "\r")) where index + 1 == buffer.count && !isEnd: return .incomplete
      case (_, UInt8(ascii: "\r")) where index + 1 < buffer.count && buffer[index + 1] == UInt8(ascii: "\n"):
        return complete(fields + [field], end: index + 2, lines: lines + 1)
      case (.plain, UInt8(ascii: "\"")), (.afterQuote, _):
        return .fault(.brokenQuoting(field: fields.count), end: nil, lines: 0)
      default:
        field.append(byte)
        place = .plain
      }
      index += 1
    }
    guard isEnd else { return .incomplete }
    if place == .quoted { return .fault(.unclosedQuote(field: fields.count), end: nil, lines: 0) }
    return complete(fields + [field], end: index, lines: lines + 1)
  }

  private func tooLong(_ place: Place, field: Int) -> Scan {
    place == .quoted
      ? .fault(.unclosedQuote(field: field), end: nil, lines: 0)
      : .fault(.rowTooLong(field: field, limit: limits.rowBytes), end: nil, lines: 0)
  }

  /// The row as texts; a fault that is not about quotes skips the whole row.
  private func complete(_ fields: [[UInt8]], end: Int, lines: Int) -> Scan {
    var texts: [String] = []
    texts.reserveCapacity(fields.count)
    for (number, field) in fields.enumerated() {
      if let fault = UTF8Check.firstFault(in: field) {
        let byte = field[fault]
        let before = fields[..<number].reduce(0) { $0 + characters(in: $1[...]) + 1 }
        let column = before + characters(in: field[..<fault]) + 1
        return .fault(.notUTF8(field: number, column: column, byte: byte), end: end, lines: lines)
      }
      texts.append(normalised(field))
    }
    return .row(fields: texts, end: end, lines: lines)
  }

  private func characters(in bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }
}
