import Seeds
import CooperationModel
import Matcher

/// A country full of profiles, cooperations and requests, made from a seed: the load that matching is measured with.
///
/// Every authority of the registry has a profile. Themes follow Zipf's law (rank r with a share of 1/r), so that the
/// commonest stands in at least 30 % of the profiles; countries too. One request in ten has no theme.
struct Population {
  let reference: ReferenceData
  private(set) var profiles: [Profile] = []
  private(set) var cooperations: [Cooperation] = []
  private(set) var contacts: [Contact] = []
  private(set) var requests: [PartnershipRequest] = []
  private var seed: SplitMix

  init(_ reference: ReferenceData, seed number: UInt64 = 42, requests count: Int = 10_000) throws {
    self.reference = reference
    seed = SplitMix(seed: number)
    let themes = Zipf(reference.themes.leaves.map(\.id).shuffled(using: &seed))
    let countries = Zipf(reference.countries.all.map(\.code).filter { $0.rawValue != "FR" }.shuffled(using: &seed))
    let languages = Zipf(["en", "es", "de", "it", "pt", "ar", "zh", "ru"].compactMap(LanguageCode.init))
    let authorities = (0..<Int32(reference.registry.count)).map { reference.registry.id(at: $0) }
    let forms = CooperationForm.allCases
    for id in authorities {
      profiles.append(
        Profile(
          collectivite: id, version: 1, themes: themes.some(1...5, &seed), countries: countries.some(0...3, &seed),
          languages: languages.some(0...2, &seed), labels: seed.chance(0.2) ? themes.some(1...1, &seed) : [],
          forms: forms.filter { _ in seed.chance(30) }, weeklyLimit: Int.random(in: 1...5, using: &seed)))
      if seed.chance(60) {
        contacts.append(
          Contact(
            id: try seed.id(), version: 1, owner: OwnerID(id), status: .confirmed, name: "Service",
            email: "contact@example.fr", language: .french, since: Instant(milliseconds: 0)))
      }
    }
    let active = authorities.shuffled(using: &seed).prefix(4_800)
    for number in 0..<13_500 {
      cooperations.append(
        Cooperation(
          id: try seed.id(), version: 1, title: "Coopération \(number)", country: countries.one(&seed),
          foreignPartners: [ForeignAuthority(name: "Ville \(number % 9_000)", kind: .municipality)],
          collectivites: [active[Int.random(in: 0..<active.count, using: &seed)]], themes: themes.some(1...3, &seed),
          status: seed.chance(70) ? .active : .ended))
    }
    let regions = reference.registry.rows(of: .region).map { reference.registry.id(at: $0) }
    for number in 0..<count {
      var wanted = WantedPartner()
      if seed.chance(30) { wanted.kinds = [CollectiviteKind.allCases[Int.random(in: 0..<4, using: &seed)]] }
      if seed.chance(20) { wanted.populationMin = Int.random(in: 1...50, using: &seed) * 1_000 }
      if seed.chance(15) { wanted.territories = [regions[Int.random(in: 0..<regions.count, using: &seed)]] }
      requests.append(
        PartnershipRequest(
          id: try seed.id(), version: 1, status: .published, country: countries.one(&seed),
          authorities: [
            ForeignAuthority(
              name: "Commune \(number)", kind: .municipality, population: Int.random(in: 1...400, using: &seed) * 500)
          ], title: "Demande \(number)", summary: "Résumé", themes: seed.chance(10) ? [] : themes.some(1...4, &seed),
          forms: forms.filter { _ in seed.chance(25) }, wanted: wanted,
          languages: seed.chance(60) ? [.init(rawValue: "fr")].compactMap(\.self) : languages.some(1...2, &seed)))
    }
  }

  func candidates(in landscape: Landscape) -> Candidates {
    var result = Candidates(landscape)
    for profile in profiles { _ = result.update(profile: profile, for: profile.collectivite) }
    for cooperation in cooperations { _ = result.update(cooperation: cooperation, for: cooperation.id) }
    for contact in contacts { _ = result.update(contact: contact, for: contact.id) }
    return result
  }

  /// How themes are spread, in one line each for profiles and requests.
  var distribution: String {
    func shares(_ lists: [[ThemeID]]) -> String {
      var counts: [ThemeID: Int] = [:]
      for theme in lists.joined() { counts[theme, default: 0] += 1 }
      let sorted = counts.values.sorted(by: >)
      func share(_ rank: Int) -> String {
        rank <= sorted.count ? "\(sorted[rank - 1] * 100 / max(1, lists.count)) %" : "none"
      }
      return "rank 1 in \(share(1)), 2 in \(share(2)), 5 in \(share(5)), 20 in \(share(20)), 100 in \(share(100)); "
        + "none in \(lists.count { $0.isEmpty } * 100 / max(1, lists.count)) %"
    }
    return
      "themes of profiles: \(shares(profiles.map(\.themes)))\nthemes of requests: \(shares(requests.map(\.themes)))"
  }
}

/// Draws values by Zipf's law: the r-th with a share of 1/r.
struct Zipf<Value: Hashable> {
  private let values: [Value]
  private let sums: [Double]

  init(_ values: [Value]) {
    self.values = values
    var total = 0.0
    sums = values.indices.map { rank in
      total += 1 / Double(rank + 1)
      return total
    }
  }

  func one(_ seed: inout SplitMix) -> Value {
    let target = Double.random(in: 0..<(sums.last ?? 1), using: &seed)
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] <= target { low = middle + 1 } else { high = middle }
    }
    return values[low]
  }

  func some(_ count: ClosedRange<Int>, _ seed: inout SplitMix) -> [Value] {
    var result: [Value] = []
    for _ in 0..<Int.random(in: count, using: &seed) {
      let value = one(&seed)
      if !result.contains(value) { result.append(value) }
    }
    return result
  }
}

extension SplitMix {
  mutating func chance(_ percent: Double) -> Bool { Double.random(in: 0..<100, using: &self) < percent }

  struct NoIdentifier: Error {}

  mutating func id<ID: Identifier>() throws -> ID {
    let digits = String(next(), radix: 16) + String(next(), radix: 16)
    let text = Array((String(repeating: "0", count: 32) + digits).suffix(32))
    let uuid = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }.joined(separator: "-")
    guard let id = ID(rawValue: uuid) else { throw NoIdentifier() }
    return id
  }
}
