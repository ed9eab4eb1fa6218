import Seeds
import CooperationModel
import Foundation
import Matcher

/// What a ranking must beat, over the same candidates.
struct RankingBaselines {
  private let cases: QualityCases
  private let reference: ReferenceData
  private let documents: [CollectiviteID: [String: Int]]
  private let authorities: [CollectiviteID]

  init(_ cases: QualityCases, _ reference: ReferenceData) {
    self.cases = cases
    self.reference = reference
    var texts: [CollectiviteID: [String]] = [:]
    func words(of themes: [ThemeID], _ countries: [CountryCode]) -> [String] {
      let names =
        themes.compactMap { reference.themes[$0]?.label } + countries.compactMap { reference.countries[$0]?.name }
      return names.flatMap { [$0.fr, $0.en] }
    }
    for profile in cases.profiles {
      texts[profile.collectivite, default: []] +=
        [reference.registry.name(of: profile.collectivite) ?? ""] + words(of: profile.themes, profile.countries)
    }
    for cooperation in cases.cooperations {
      for id in cooperation.collectivites {
        texts[id, default: []] +=
          [cooperation.title, cooperation.description] + cooperation.foreignPartners.map(\.name)
          + words(of: cooperation.themes, [cooperation.country])
      }
    }
    documents = texts.mapValues { texts in
      var counts: [String: Int] = [:]
      for word in texts.flatMap(Self.words) { counts[word, default: 0] += 1 }
      return counts
    }
    authorities = documents.keys.sorted()
  }

  private static func words(_ text: String) -> [String] {
    text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).split { !$0.isLetter }.map(
      String.init)
  }

  /// BM25 of the request's text, its country's name and its themes' labels against what candidates are described by.
  func text(_ request: PartnershipRequest) -> [CollectiviteID] {
    let country = reference.countries[request.country]?.name
    var said = [request.title, request.summary, request.sought, country?.fr ?? "", country?.en ?? ""]
    for theme in request.themes {
      if let label = reference.themes[theme]?.label { said += [label.fr, label.en] }
    }
    let query = Set(said.flatMap(Self.words)).sorted()
    let lengths = documents.mapValues { $0.values.reduce(0, +) }
    let mean = Double(lengths.values.reduce(0, +)) / Double(max(1, documents.count))
    var scores: [CollectiviteID: Double] = [:]
    for word in query {
      let holders = authorities.filter { documents[$0]?[word] != nil }
      let without = Double(documents.count - holders.count) + 0.5
      let rarity: Double = log(1 + without / (Double(holders.count) + 0.5))
      for id in holders {
        let count = Double(documents[id]?[word] ?? 0)
        let length = Double(lengths[id] ?? 0) / mean
        let norm: Double = 0.375 + 1.125 * length
        scores[id, default: 0] += rarity * count * 2.5 / (count + norm)
      }
    }
    return ordered(scores)
  }

  /// The highest score first, then by id.
  private func ordered(_ scores: [CollectiviteID: Double]) -> [CollectiviteID] {
    authorities.sorted { one, other in
      let (left, right) = (scores[one] ?? 0, scores[other] ?? 0)
      return left == right ? one < other : left > right
    }
  }

  /// How many themes are shared: themselves first, then their fields.
  func themes(_ request: PartnershipRequest) -> [CollectiviteID] {
    var declared: [CollectiviteID: Set<ThemeID>] = [:]
    for profile in cases.profiles { declared[profile.collectivite, default: []].formUnion(profile.themes) }
    for cooperation in cases.cooperations {
      for id in cooperation.collectivites { declared[id, default: []].formUnion(cooperation.themes) }
    }
    let wanted = Set(request.themes)
    let fields = Set(request.themes.compactMap(\.parent))
    let scores = declared.mapValues { themes in
      Double(3 * themes.intersection(wanted).count + Set(themes.compactMap(\.parent)).intersection(fields).count)
    }
    return ordered(scores)
  }

  /// By lot among those that work in, or wish for, the request's part of the world; the others behind.
  func lot(_ request: PartnershipRequest, seed: inout SplitMix) -> [CollectiviteID] {
    let part = reference.countries[request.country]?.subregion
    func isThere(_ country: CountryCode) -> Bool { reference.countries[country]?.subregion == part }
    var near: Set<CollectiviteID> = []
    for profile in cases.profiles where profile.countries.contains(where: isThere) { near.insert(profile.collectivite) }
    for cooperation in cases.cooperations where isThere(cooperation.country) {
      near.formUnion(cooperation.collectivites)
    }
    let shuffled = authorities.shuffled(using: &seed)
    return shuffled.filter(near.contains) + shuffled.filter { !near.contains($0) }
  }
}
