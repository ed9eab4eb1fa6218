import APDCollector
import CooperationModel
import Foundation
import Testing

/// The real reference data, loaded once.
enum Known {
  static let reference = Result { try ReferenceData.load() }
}

extension ReferenceData {
  static func shared() throws -> ReferenceData { try Known.reference.get() }
}

/// A body as it is sent, from readable JSON.
func body(_ text: String) throws -> JSONValue { try StrictJSON.parse(Data(text.utf8)) }

/// A declaration's body for one authority and year, of lines in JSON.
func declaration(_ lines: String..., by collectivite: String = "commune:35238", year: Int = 2025) throws -> JSONValue {
  try body(
    "{\"collectivite\":\"\(collectivite)\",\"year\":\(year),\"lines\":[\(lines.joined(separator: ","))]}")
}

/// What is wrong with a body: `pointer code`, in order; empty when it holds.
func findings(_ body: JSONValue) throws -> [String] {
  let reference = try ReferenceData.shared()
  do {
    _ = try DeclarationCheck(reference: reference).check(DeclarationDraft(reading: body, with: reference))
    return []
  } catch {
    return error.violations.map { "\($0.pointer) \($0.code)" }
  }
}

/// The one line of a body that holds, with everything filled in.
func completed(_ line: String, year: Int = 2025) throws -> DeclarationLine {
  let reference = try ReferenceData.shared()
  let draft = try DeclarationDraft(reading: declaration(line, year: year), with: reference)
  return try #require(try DeclarationCheck(reference: reference).check(draft).lines.first)
}

extension CollectiviteID {
  static func of(_ text: String) throws -> CollectiviteID { try #require(CollectiviteID(text)) }
}

extension Actor {
  static func collectivite(_ id: String) throws -> Actor {
    Actor(issuer: "test", subject: "s", role: .collectivite, collectivite: try .of(id))
  }

  static let ministry = Actor(issuer: "test", subject: "m", role: .ministry)
}

extension DeclarationLine {
  static func sample(
    _ category: Category = .cooperation, recipient: String = "269", channel: String = "11002",
    purpose: String = "14030",
    typeOfAid: String = "C01", cents: Int64 = 1_000_000, title: String = "Eau potable"
  ) -> DeclarationLine {
    DeclarationLine(
      category: category, recipient: recipient, channel: channel, purpose: purpose, typeOfAid: typeOfAid,
      amount: Money(cents: cents), title: title)
  }
}

func time(_ text: String) throws -> Instant { try #require(Instant(text)) }
