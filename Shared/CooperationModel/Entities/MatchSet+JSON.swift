import Foundation

// Lists of matches are what the suite writes and reads most: a changed profile may alter hundreds of them, each with
// thirty candidates and their reasons, and three processors read every one.

extension MatchSet: DirectJSON {
  package func directJSON() -> Data? {
    var writer = DirectWriter(capacity: 16 << 10)
    writer.write("{\"prospects\":[")
    writer.write(prospects, Self.write)
    writer.write("],\"ranked\":[")
    writer.write(ranked, Self.write)
    writer.write("],\"request\":\"")
    writer.write(text: request.rawValue)
    writer.write("\",\"requestVersion\":")
    writer.write(requestVersion)
    writer.write(",\"scoring\":")
    writer.write(scoring)
    writer.write("}")
    return writer.data
  }

  private static func write(_ writer: inout DirectWriter, _ match: Match) {
    writer.write("{\"collectivite\":\"")
    writer.write(text: match.collectivite.rawValue)
    writer.write("\",\"factors\":[")
    writer.write(match.factors)
    writer.write("],\"score\":")
    writer.write(match.score)
    writer.write("}")
  }

  package init?(_ reader: inout DirectReader) {
    guard reader.skip("{\"prospects\":["), let prospects = Self.matches(&reader), reader.skip(",\"ranked\":["),
      let ranked = Self.matches(&reader), reader.skip(",\"request\":\""),
      let request = reader.value(of: RequestID.self),
      reader.skip(",\"requestVersion\":"), let requestVersion = reader.integer(), reader.skip(",\"scoring\":"),
      let scoring = reader.integer(), reader.skip("}")
    else { return nil }
    self.init(
      request: request, requestVersion: requestVersion, scoring: scoring, ranked: ranked, prospects: prospects)
  }

  private static func matches(_ reader: inout DirectReader) -> [Match]? {
    reader.list("{\"collectivite\":\"") { reader in
      guard let id = reader.value(of: CollectiviteID.self), reader.skip(",\"factors\":["),
        let factors = reader.factors(), reader.skip(",\"score\":"), let score = reader.integer(), reader.skip("}")
      else { return nil }
      return Match(collectivite: id, score: score, factors: factors)
    }
  }
}

extension DirectWriter {
  /// Writes factors as what stands between brackets.
  mutating func write(_ factors: [Factor]) {
    write(factors) { writer, factor in
      writer.write("{\"code\":\"", text: factor.code.rawValue)
      writer.write(",\"facts\":{")
      writer.write(factor.facts.entries) { writer, entry in
        writer.write("\"")
        writer.write(name: entry.name)
        writer.write("\":\"", text: entry.value)
      }
      writer.write("},\"points\":")
      writer.write(factor.points)
      writer.write("}")
    }
  }
}

extension DirectReader {
  /// Factors up to a closing bracket, and past it.
  mutating func factors() -> [Factor]? { KnownFacts.lend { factors(knowing: $0) } }

  private mutating func factors(knowing known: KnownFacts) -> [Factor]? {
    list("{\"code\":\"") { reader in
      guard let code = reader.text().flatMap({ Factor.codes[$0] }), reader.skip(",\"facts\":{"),
        let facts = known.read(&reader), reader.skip(",\"points\":"), let points = reader.integer(), reader.skip("}")
      else { return nil }
      return Factor(code: code, points: points, facts: facts)
    }
  }
}

extension Factor {
  fileprivate static let codes = Dictionary(uniqueKeysWithValues: Code.allCases.map { ($0.rawValue, $0) })
}

extension FactorFacts {
  /// The members up to a closing brace, and past it.
  init?(_ reader: inout DirectReader) {
    self.init()
    if reader.skip("}") { return }
    repeat {
      guard reader.skip("\""), let name = reader.text(), reader.skip(":\""), let value = reader.text() else {
        return nil
      }
      // Whatever stands in another order is for Codable.
      if let last = entries.last, !(last.name < name) { return nil }
      self[name] = value
    } while reader.skip(",")
    guard reader.skip("}") else { return nil }
  }
}
