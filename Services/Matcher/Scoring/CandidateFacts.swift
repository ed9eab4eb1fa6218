import CooperationModel
import Foundation

/// What a profile says, by numbers.
struct ProfileFacts: Sendable, Equatable {
  var isPaused: Bool
  var weeklyLimit: Int
  /// In the profile's order.
  var themes: [UInt8]
  var labels: [UInt8]
  var countries: [UInt16]
  var languages: [LanguageCode]
  var forms: UInt8

  init(_ profile: Profile, in landscape: Landscape) {
    isPaused = profile.status == .paused
    weeklyLimit = profile.weeklyLimit
    themes = profile.themes.compactMap { landscape.number(of: $0).map(UInt8.init) }
    labels = profile.labels.compactMap { landscape.number(of: $0).map(UInt8.init) }
    countries = profile.countries.compactMap { landscape.number(of: $0).map(UInt16.init) }
    languages = profile.languages
    forms = formBits(profile.forms)
  }
}

/// What a cooperation says, by numbers, with its partners resolved to today's authorities.
struct CooperationFacts: Sendable, Equatable {
  var id: CooperationID
  var country: Int
  var goesOn: Bool
  /// At most eight, the main one first.
  var themes: [UInt8]
  /// Ascending, each once.
  var rows: [Int]
  /// The leading foreign partner, for sentences.
  var partner: String
  /// All of them, folded for comparison.
  var partners: [String]
  /// Nil when it stands in an unknown country, or none of its authorities is known.
  init?(_ cooperation: Cooperation, in landscape: Landscape) {
    guard let country = landscape.number(of: cooperation.country) else { return nil }
    let rows = Set(cooperation.collectivites.compactMap { landscape.row(of: $0) }).sorted()
    guard !rows.isEmpty else { return nil }
    id = cooperation.id
    self.country = country
    goesOn = cooperation.status != .ended
    themes = cooperation.themes.prefix(8).compactMap { landscape.number(of: $0).map(UInt8.init) }
    self.rows = rows
    partner = cooperation.foreignPartners.first?.name ?? ""
    partners = cooperation.foreignPartners.map { foldedName($0.name) }
  }

  /// What is told of it in a list: where it is, then the same with each of its themes.
  func told(in landscape: Landscape) -> [FactorFacts] {
    func facts(_ theme: UInt8?) -> FactorFacts {
      var facts = FactorFacts(minimumCapacity: theme == nil ? 4 : 5)
      facts["cooperation"] = id.rawValue
      facts["country"] = landscape.countries[country].rawValue
      if !partner.isEmpty { facts["partner"] = partner }
      facts["status"] = goesOn ? "active" : "ended"
      if let theme { facts["theme"] = landscape.themes[Int(theme)].rawValue }
      return facts
    }
    return [facts(nil)] + themes.map { facts($0) }
  }

  /// The themes in one word, a byte each, filled up with 255.
  var packedThemes: UInt64 { themes.reversed().reduce(.max) { $0 << 8 | UInt64($1) } }
}

/// One authority's part in one cooperation: an entry of its country's list.
struct Engagement: Sendable {
  var row: Int32
  /// Where its facts stand. Depends on the order of arrival and decides nothing.
  var slot: Int32
  var goesOn: Bool
  var themes: UInt64
}

/// What the bitmaps hold of one row.
struct RowMarks: Sendable, Equatable {
  /// Ascending, with every theme above them.
  var themes: [UInt8] = []
  var labels: [UInt8] = []
  var interests: [UInt16] = []
  /// Countries with a cooperation, and those where one goes on.
  var worked: [UInt16] = []
  var active: [UInt16] = []
  /// The sub-regions of the world, and the languages, of the countries where one goes on.
  var circles: [UInt8] = []
  var areas: [UInt8] = []
  /// As numbers.
  var languages: [UInt16] = []
  var forms: UInt8 = 0
  var isCandidate = false
  var isWritable = false
  var isPaused = false
  var weeklyLimit = Int16(Profile.defaultWeeklyLimit)
}

/// What weighing one row against a wish looks at, in one piece of memory.
struct RowMasks: Sendable, BitwiseCopyable {
  var themes = Bits256()
  var labels = Bits256()
  var interests = Bits256()
  /// Countries with a cooperation, and those where one goes on.
  var worked = Bits256()
  var active = Bits256()
  let population: Int32
  let region: UInt8
  let departement: UInt8
  let kind: UInt8
  let geography: Geography
  var forms: UInt8 = 0

  /// What the registry knows of a row.
  init(_ row: Int, in landscape: Landscape) {
    population = landscape.populations[row]
    region = landscape.regions[row]
    departement = landscape.departements[row]
    kind = kindNumber(landscape.kinds[row])
    geography = landscape.geographies[row]
  }

  mutating func take(_ marks: RowMarks) {
    themes = Bits256(marks.themes)
    labels = Bits256(marks.labels)
    interests = Bits256(marks.interests)
    worked = Bits256(marks.worked)
    active = Bits256(marks.active)
    forms = marks.forms
  }
}

/// What an update touched.
package struct CandidateChange: Sendable, Equatable {
  /// The authorities whose own facts changed, ascending.
  package var collectivites: [CollectiviteID]
  /// The countries where the number of a territory's authorities at work changed: others' neighbourhood with it.
  package var countries: [CountryCode]

  package init(collectivites: [CollectiviteID] = [], countries: [CountryCode] = []) {
    self.collectivites = collectivites
    self.countries = countries
  }

  package var isEmpty: Bool { collectivites.isEmpty && countries.isEmpty }
}

/// The forms as bits, in the order of their declaration.
func formBits(_ forms: [CooperationForm]) -> UInt8 {
  forms.reduce(0) { bits, form in
    bits | (CooperationForm.allCases.firstIndex(of: form).map { 1 << UInt8($0) } ?? 0)
  }
}

/// A name without case, accents, marks and spaces at its ends, so that "Dankassari" is "DANKASSARI".
///
/// Only ASCII letters, digits and what lies beyond Latin letters with accents is kept.
func foldedName(_ name: String) -> String {
  var result = ""
  var gap = false
  for scalar in name.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
    if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
      if gap, !result.isEmpty { result.unicodeScalars.append(" ") }
      gap = false
      result.unicodeScalars.append(scalar)
    } else if scalar.properties.generalCategory != .nonspacingMark {
      gap = true
    }
  }
  return result
}
