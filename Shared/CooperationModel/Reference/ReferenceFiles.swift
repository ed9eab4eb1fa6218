import Foundation

/// The files of one folder, each checked against the manifest when it is read.
package struct ReferenceFiles {
  static let manifest = "manifest.tsv"

  /// The checksum of the manifest, which holds those of all other files.
  let version: String
  private let folder: URL
  private let expected: [String: String]

  package init(folder: URL) throws(ReferenceDataError) {
    self.folder = folder
    let bytes = try Self.read(Self.manifest, in: folder)
    version = Self.checksum(bytes)
    var expected: [String: String] = [:]
    for row in try Self.split(bytes, fields: 3, file: Self.manifest) { expected[row[0]] = row[2] }
    self.expected = expected
  }

  package func bytes(of file: String) throws(ReferenceDataError) -> [UInt8] {
    let bytes = try Self.read(file, in: folder)
    guard expected[file] == Self.checksum(bytes) else { throw .altered(file: file) }
    return bytes
  }

  /// The lines that are no comments, as fields between tabs.
  package func rows(of file: String, fields: Int) throws(ReferenceDataError) -> ReferenceRows {
    ReferenceRows(file: file, fields: try Self.split(try bytes(of: file), fields: fields, file: file))
  }

  private static func read(_ file: String, in folder: URL) throws(ReferenceDataError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: folder.appending(path: file)))
    } catch {
      throw .unreadable(file: folder.appending(path: file).path(), reason: error.localizedDescription)
    }
  }

  /// 64 bits of FNV-1a over little-endian words of eight bytes, the last one filled with zeros, then the length: finds
  /// a damaged or foreign file, keeps out nobody who means it.
  package static func checksum(_ bytes: [UInt8]) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset + 8 <= buffer.count {
        value = (value ^ UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))) &* prime
        offset += 8
      }
      if offset < buffer.count {
        var word: UInt64 = 0
        for index in stride(from: buffer.count - 1, through: offset, by: -1) {
          word = word << 8 | UInt64(buffer[index])
        }
        value = (value ^ word) &* prime
      }
    }
    value = (value ^ UInt64(bytes.count)) &* prime
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static let prime: UInt64 = 0x100_0000_01B3

  private static func split(_ bytes: [UInt8], fields: Int, file: String) throws(ReferenceDataError) -> [[String]] {
    var rows: [[String]] = []
    var line = 0
    var start = 0
    while start < bytes.count {
      line += 1
      let end = next(UInt8(ascii: "\n"), in: bytes, from: start, to: bytes.count)
      if end > start, bytes[start] != UInt8(ascii: "#") {
        var row: [String] = []
        row.reserveCapacity(fields)
        var field = start
        while field <= end {
          let stop = next(UInt8(ascii: "\t"), in: bytes, from: field, to: end)
          row.append(String(decoding: bytes[field..<stop], as: UTF8.self))
          field = stop + 1
        }
        guard row.count == fields else {
          throw .malformed(file: file, reason: "line \(line) has \(row.count) fields instead of \(fields)")
        }
        rows.append(row)
      }
      start = end + 1
    }
    return rows
  }

  private static func next(_ byte: UInt8, in bytes: [UInt8], from start: Int, to end: Int) -> Int {
    bytes.withUnsafeBytes { buffer in
      guard start < end, let base = buffer.baseAddress, let found = memchr(base + start, Int32(byte), end - start)
      else {
        return end
      }
      return base.distance(to: UnsafeRawPointer(found))
    }
  }
}

/// The rows of one file, with its name for error messages.
package struct ReferenceRows {
  let file: String
  package let fields: [[String]]

  /// The value, or an error that names the file and the text that should have been one.
  package func require<T>(_ value: T?, _ text: String, _ what: String) throws(ReferenceDataError) -> T {
    guard let value else { throw .malformed(file: file, reason: "\"\(text)\" is not \(what)") }
    return value
  }

  /// Every word of a text as an identifier.
  func identifiers<ID: Identifier>(_ text: String) throws(ReferenceDataError) -> [ID] {
    var result: [ID] = []
    for word in text.split(separator: " ") { result.append(try require(ID(String(word)), String(word), ID.form)) }
    return result
  }
}
