import Foundation

// Lists of matches are what the suite writes and reads most: a changed profile may alter hundreds of them, each with
// thirty candidates and their reasons, and three processors read every one. Going through `Codable` takes a thousand times
// as long as the bytes need, so the form in which ``JSON/encode(_:)`` writes a list is written and read here directly.
// Whatever is not in exactly that form, good or bad, is left to `Codable`, which alone decides what is valid.

extension MatchSet: DirectJSON {
  /// Nil where a text would have to be escaped.
  package func directJSON() -> Data? {
    var writer = Writer()
    writer.write("{\"prospects\":[")
    writer.write(prospects)
    writer.write("],\"ranked\":[")
    writer.write(ranked)
    writer.write("],\"request\":\"")
    writer.write(text: request.rawValue)
    writer.write("\",\"requestVersion\":")
    writer.write(requestVersion)
    writer.write(",\"scoring\":")
    writer.write(scoring)
    writer.write("}")
    return writer.isPlain ? Data(writer.bytes) : nil
  }

  /// Nil where the bytes are in another form than ``directJSON()`` gives.
  package init?(directJSON data: Data) {
    let set: MatchSet? = data.withUnsafeBytes { bytes in
      var reader = Reader(bytes: bytes)
      guard reader.skip("{\"prospects\":["), let prospects = reader.matches(), reader.skip("],\"ranked\":["),
        let ranked = reader.matches(), reader.skip("],\"request\":\""),
        let request = reader.text().flatMap(RequestID.init(rawValue:)), reader.skip(",\"requestVersion\":"),
        let requestVersion = reader.integer(), reader.skip(",\"scoring\":"), let scoring = reader.integer(),
        reader.skip("}"), reader.isAtEnd
      else { return nil }
      return MatchSet(
        request: request, requestVersion: requestVersion, scoring: scoring, ranked: ranked, prospects: prospects)
    }
    guard let set else { return nil }
    self = set
  }

  private struct Writer {
    var bytes: [UInt8] = []
    /// Every text stood as it is, and all names in their order.
    var isPlain = true

    init() { bytes.reserveCapacity(16 << 10) }

    mutating func write(_ literal: StaticString) {
      bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func write(_ number: Int) {
      if (0..<10).contains(number) {
        bytes.append(UInt8(ascii: "0") + UInt8(number))
      } else {
        bytes.append(contentsOf: String(number).utf8)
      }
    }

    mutating func write(text: String) {
      var text = text
      text.withUTF8 { utf8 in
        for byte in utf8 where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          isPlain = false
        }
        bytes.append(contentsOf: utf8)
      }
    }

    mutating func write(_ matches: [Match]) {
      for (place, match) in matches.enumerated() {
        if place > 0 { write(",") }
        write("{\"collectivite\":\"")
        write(text: match.collectivite.rawValue)
        write("\",\"factors\":[")
        for (place, factor) in match.factors.enumerated() {
          if place > 0 { write(",") }
          write(factor)
        }
        write("],\"score\":")
        write(match.score)
        write("}")
      }
    }

    private mutating func write(_ factor: Factor) {
      write("{\"code\":\"")
      write(text: factor.code.rawValue)
      write("\",\"facts\":{")
      for (place, entry) in factor.facts.entries.enumerated() {
        write(place > 0 ? ",\"" : "\"")
        // Names of other letters may have another order among themselves.
        if !entry.name.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) { isPlain = false }
        write(text: entry.name)
        write("\":\"")
        write(text: entry.value)
        write("\"")
      }
      write("},\"points\":")
      write(factor.points)
      write("}")
    }
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    var place = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    /// Goes past the literal, if it is next.
    mutating func skip(_ literal: StaticString) -> Bool {
      let count = literal.utf8CodeUnitCount
      guard bytes.count - place >= count, let start = bytes.baseAddress?.advanced(by: place),
        memcmp(start, literal.utf8Start, count) == 0
      else { return false }
      place += count
      return true
    }

    /// The rest of a text, and past its closing quote.
    mutating func text() -> String? {
      var end = place
      while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
        guard bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\\") else { return nil }
        end += 1
      }
      guard end < bytes.count else { return nil }
      defer { place = end + 1 }
      return String(validating: UnsafeRawBufferPointer(rebasing: bytes[place..<end]), as: UTF8.self)
    }

    mutating func integer() -> Int? {
      let isNegative = skip("-")
      var number = 0
      let start = place
      // Eighteen digits always fit.
      while place < bytes.count, place - start < 18, case let digit = bytes[place] &- UInt8(ascii: "0"), digit < 10 {
        number = number * 10 + Int(digit)
        place += 1
      }
      let length = place - start
      guard length > 0, length == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
      return isNegative ? -number : number
    }

    mutating func matches() -> [Match]? {
      var matches: [Match] = []
      while skip(matches.isEmpty ? "{\"collectivite\":\"" : ",{\"collectivite\":\"") {
        guard let id = text().flatMap(CollectiviteID.init(rawValue:)), skip(",\"factors\":["), let factors = factors(),
          skip("],\"score\":"), let score = integer(), skip("}")
        else { return nil }
        matches.append(Match(collectivite: id, score: score, factors: factors))
      }
      return matches
    }

    private mutating func factors() -> [Factor]? {
      var factors: [Factor] = []
      while skip(factors.isEmpty ? "{\"code\":\"" : ",{\"code\":\"") {
        guard let code = text().flatMap({ Self.codes[$0] }), skip(",\"facts\":{"), let facts = facts(),
          skip("},\"points\":"), let points = integer(), skip("}")
        else { return nil }
        factors.append(Factor(code: code, points: points, facts: facts))
      }
      return factors
    }

    private mutating func facts() -> FactorFacts? {
      var facts = FactorFacts()
      while skip(facts.isEmpty ? "\"" : ",\"") {
        guard let name = text(), skip(":\""), let value = text(), facts.append(name, value) else { return nil }
      }
      return facts
    }

    private static let codes = Dictionary(uniqueKeysWithValues: Factor.Code.allCases.map { ($0.rawValue, $0) })
  }
}

extension FactorFacts {
  /// Adds a fact whose name is behind all others' in their order; false, and nothing is added, where it is not.
  fileprivate mutating func append(_ name: String, _ value: String) -> Bool {
    if let last = entries.last, !(last.name < name) { return false }
    self[name] = value
    return true
  }
}
