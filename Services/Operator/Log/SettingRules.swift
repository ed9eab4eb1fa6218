import CooperationModel
import Foundation
import ServiceKit

/// What a setting's value must be, by its kind.
enum SettingRules {
  /// The value as the suite stores it: read as its type, so that an unknown member or a wrong one is found here and not
  /// by a service at night.
  ///
  /// - Throws: ``Failure`` naming the member and what it takes.
  static func normalized(_ value: JSONValue, for id: SettingID) throws -> JSONValue {
    switch id {
    case .scoring:
      let scoring = try read(value, as: ScoringSettings.self, id)
      try check(scoring)
      return try JSONValue(encoding: scoring)
    case .sending:
      let sending = try read(value, as: SendingSettings.self, id)
      try require(sending.perHour >= 1, "\(id): perHour is at least 1; to stop sending use `bourse sending close`")
      try require(sending.perRecipientAndDay >= 1, "\(id): perRecipientAndDay is at least 1")
      return try JSONValue(encoding: sending)
    case .log:
      throw Failure.usage("the log's id is drawn once and changed by `bourse restore` alone")
    default:
      if id.rawValue.hasPrefix("revoked:") { return value }
      let campaign = try read(value, as: CampaignSettings.self, id)
      try require(id.rawValue == "campaign:\(campaign.year)", "\(id): year is \(campaign.year)")
      try require(campaign.opensOn <= campaign.closesOn, "\(id): closesOn lies before opensOn")
      return try JSONValue(encoding: campaign)
    }
  }

  /// A scoring model that every build of the matcher can use.
  static func check(_ scoring: ScoringSettings) throws {
    let known = ScoringSettings.standard.weights.keys.sorted()
    for code in scoring.weights.keys.sorted() where !known.contains(code) {
      throw Failure.data("scoring: there is no factor \"\(code)\": use \(known.joined(separator: ", "))")
    }
    for code in known {
      guard let weight = scoring.weights[code] else { throw Failure.data("scoring: weights/\(code) is missing") }
      try require((0...1_000).contains(weight), "scoring: weights/\(code) is \(weight): use 0 to 1000")
    }
    let total = scoring.weights.filter { $0.key != Factor.Code.answers.rawValue }.values.reduce(0, +)
    try require(total <= 1_000, "scoring: the weights without answers sum to \(total): at most 1000")
    try require((1...1_000).contains(scoring.threshold), "scoring: threshold is \(scoring.threshold): use 1 to 1000")
    try require((0...100).contains(scoring.wantedLeads), "scoring: wantedLeads is \(scoring.wantedLeads): use 0 to 100")
    try require((1...3_650).contains(scoring.answerDays), "scoring: answerDays is \(scoring.answerDays): use 1 to 3650")
    try require(
      scoring.textThemes == nil || scoring.textThemes == ScoringSettings.standard.textThemes,
      "scoring: textThemes is \(scoring.textThemes ?? 0): this build knows \(ScoringSettings.standard.textThemes ?? 0); leave it out for themes not to be read from texts"
    )
    try require(scoring.version >= 1, "scoring: version is at least 1")
  }

  private static func read<T: Codable>(_ value: JSONValue, as type: T.Type, _ id: SettingID) throws -> T {
    let typed: T
    do {
      typed = try value.decoded(as: type)
    } catch {
      throw Failure.data("\(id): \(describe(error))")
    }
    if case .object(let members) = value, case .object(let known) = try JSONValue(encoding: typed) {
      for member in members.keys.sorted() where known[member] == nil {
        throw Failure.data("\(id): there is no \(member): use \(known.keys.sorted().joined(separator: ", "))")
      }
    }
    return typed
  }

  private static func require(_ holds: Bool, _ text: String) throws {
    guard holds else { throw Failure.data(text) }
  }
}

extension SettingRules {
  /// Another model is another version: match sets and leads name the one they were made with.
  static func checkVersion(of next: JSONValue, after current: JSONValue?) throws {
    guard let current, current != next, let before = current["version"]?.integer,
      let version = next["version"]?.integer,
      version <= before
    else { return }
    throw Failure.data("scoring: version \(before) is the current one: give another model the version \(before + 1)")
  }
}
