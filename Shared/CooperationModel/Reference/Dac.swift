/// The code lists of the OECD's Development Assistance Committee that a declaration speaks in.
public struct Dac: Sendable {
  /// Three digits (`140` water supply and sanitation).
  public let sectorCategories: CodeList
  /// Five digits (`14030`). The category is a sector category; of a voluntary code it is the code that it refines.
  public let purposes: CodeList
  /// Five digits (`11002` donor local government); the category is the group it belongs to.
  public let channels: CodeList
  /// As in `C01`, `H02`.
  public let typesOfAid: CodeList
  /// Three digits (`110` standard grant).
  public let financeTypes: CodeList
  /// Two digits (`10` ODA).
  public let flowTypes: CodeList
  public let naturesOfSubmission: CodeList
  /// “Bi/multi”: `1` bilateral, `2` multilateral …
  public let collaborationTypes: CodeList
  /// The extending agencies of donor 4, France (`8` decentralised cooperation).
  public let agencies: CodeList
  public let recipients: Recipients

  init(rows: ReferenceRows, recipients: ReferenceRows) throws(ReferenceDataError) {
    var lists: [String: [DacCode]] = [:]
    for fields in rows.fields {
      lists[fields[0], default: []].append(
        DacCode(code: fields[1], category: fields[2], name: Localized(fr: fields[3], en: fields[4])))
    }
    func list(_ name: String) throws(ReferenceDataError) -> CodeList {
      CodeList(try rows.require(lists[name], name, "a list of the file"))
    }
    sectorCategories = try list("sector-category")
    purposes = try list("purpose")
    channels = try list("channel")
    typesOfAid = try list("type-of-aid")
    financeTypes = try list("finance-type")
    flowTypes = try list("flow-type")
    naturesOfSubmission = try list("nature-of-submission")
    collaborationTypes = try list("collaboration-type")
    agencies = try list("agency")
    self.recipients = try Recipients(rows: recipients)
  }

  /// The purpose code that a voluntary code refines (`15185` → `15112`), the code itself for any other; nil when there
  /// is no such code.
  public func mainPurpose(of purpose: String) -> String? {
    guard let code = purposes[purpose] else { return nil }
    return purposes.contains(code.category) ? code.category : code.code
  }

  /// The sector category of a purpose code, a voluntary one too (`15185` → `151`).
  public func sectorCategory(of purpose: String) -> DacCode? {
    guard let main = mainPurpose(of: purpose), let code = purposes[main] else { return nil }
    return sectorCategories[code.category]
  }
}

/// One code of a list.
public struct DacCode: Hashable, Sendable {
  public let code: String
  /// The code one level up, in this list or another; empty without one.
  public let category: String
  public let name: Localized
}

/// Codes in the order of the official list, found by code.
public struct CodeList: Sendable {
  public let all: [DacCode]
  private let places: [String: Int]

  init(_ all: [DacCode]) {
    self.all = all
    places = Dictionary(all.enumerated().map { ($1.code, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public subscript(code: String) -> DacCode? { places[code].map { all[$0] } }
  public func contains(_ code: String) -> Bool { places[code] != nil }
  public var count: Int { all.count }

  /// The codes right under a category.
  public func codes(in category: String) -> [DacCode] { all.filter { $0.category == category } }
}

/// How the DAC list groups countries by income.
public enum IncomeGroup: String, Codable, Sendable, CaseIterable {
  case leastDeveloped = "ldc"
  case otherLowIncome = "other-low"
  case lowerMiddle = "lower-middle"
  case upperMiddle = "upper-middle"
  /// Regions and “unspecified”.
  case unallocated

  public var label: Localized {
    switch self {
    case .leastDeveloped: Localized(fr: "Pays les moins avancés", en: "Least developed countries")
    case .otherLowIncome: Localized(fr: "Autres pays à faible revenu", en: "Other low-income countries")
    case .lowerMiddle:
      Localized(fr: "Pays à revenu intermédiaire, tranche inférieure", en: "Lower middle-income countries")
    case .upperMiddle:
      Localized(fr: "Pays à revenu intermédiaire, tranche supérieure", en: "Upper middle-income countries")
    case .unallocated: Localized(fr: "Non ventilé par revenu", en: "Unallocated by income")
    }
  }
}

/// Who can receive official development assistance: a country, a region, or “developing countries, unspecified” (998).
public struct Recipient: Hashable, Sendable {
  /// The DAC code, a number in text.
  public let code: String
  /// Nil for regions and 998.
  public let country: CountryCode?
  public let name: Localized
  /// The DAC's part of the world, in English; empty for some regions.
  public let geography: String
  /// From the first to the last; before its first change a recipient is in its first group.
  let periods: [Period]

  struct Period: Hashable, Sendable {
    /// Nil: as far back as the list reaches.
    let from: Day?
    /// Nil: not on the list.
    let group: IncomeGroup?
  }

  /// Nil when it is not on the list that day.
  public func incomeGroup(on day: Day) -> IncomeGroup? {
    periods.last { period in period.from.map { $0 <= day } ?? true }?.group
  }

  public func isEligible(on day: Day) -> Bool { incomeGroup(on: day) != nil }

  /// The days on which its group or its eligibility changes.
  public var changes: [Day] { periods.compactMap(\.from) }
}

/// The DAC list of recipients, with its dated changes.
public struct Recipients: Sendable {
  /// In the order of the official list.
  public let all: [Recipient]
  private let places: [String: Int]
  private let ofCountry: [CountryCode: Int]

  /// “Developing countries, unspecified”: for what is spent in France (awareness, administration, refugees).
  public static let unspecified = "998"

  init(rows: ReferenceRows) throws(ReferenceDataError) {
    var all: [Recipient] = []
    for fields in rows.fields {
      var periods: [Recipient.Period] = []
      for word in fields[2].split(separator: " ") {
        let parts = word.split(separator: "=").map(String.init)
        let group = parts[parts.count - 1]
        periods.append(
          Recipient.Period(
            from: parts.count == 1 ? nil : try rows.require(Day(parts[0]), parts[0], "a day"),
            group: group == "-" ? nil : try rows.require(IncomeGroup(rawValue: group), group, "an income group")))
      }
      all.append(
        Recipient(
          code: fields[0],
          country: fields[1].isEmpty ? nil : try rows.require(CountryCode(fields[1]), fields[1], CountryCode.form),
          name: Localized(fr: fields[4], en: fields[5]), geography: fields[3], periods: periods))
    }
    self.all = all
    places = Dictionary(all.enumerated().map { ($1.code, $0) }, uniquingKeysWith: { first, _ in first })
    ofCountry = Dictionary(
      all.enumerated().compactMap { place, recipient in recipient.country.map { ($0, place) } },
      uniquingKeysWith: { first, _ in first })
  }

  public subscript(code: String) -> Recipient? { places[code].map { all[$0] } }
  public func contains(_ code: String) -> Bool { places[code] != nil }
  public var count: Int { all.count }

  /// The recipient that a country is.
  public func of(_ country: CountryCode) -> Recipient? { ofCountry[country].map { all[$0] } }

  /// Those that may be chosen for aid of that day.
  public func eligible(on day: Day) -> [Recipient] { all.filter { $0.isEligible(on: day) } }
}
