import CooperationModel

/// How evenly leads are shared out.
struct FairnessReport: Encodable {
  /// Collectivités that could take some: an active profile, a weekly limit above 0 and a confirmed contact.
  var takers: Int
  /// Of those, how many were ever offered one.
  var served: Int
  /// Gini coefficient of leads over the takers, in thousandths: 0 when all have the same, near 1000 when one has all.
  var giniOfLeads: Int
  var openRequests: Int
  /// How many leads a request wants.
  var wantedLeads: Int
  /// Open requests with as many open leads as they want.
  var satisfiedRequests: Int
  /// Open requests without any open lead.
  var requestsWithoutLeads: Int
  /// The countries with the fewest open leads for each open request, at most ten.
  var leastServed: [CountryService]

  struct CountryService: Encodable {
    var country: CountryCode
    var openRequests: Int
    var openLeads: Int
  }

  /// - Parameter current: who an authority is today.
  init(
    requests: [PartnershipRequest], leads: [Lead], profiles: [Profile], contacts: [Contact], wanted: Int,
    current: (CollectiviteID) -> CollectiviteID
  ) {
    let reachable = Set(contacts.filter(\.canBeWrittenTo).compactMap { $0.owner.collectivite.map(current) })
    let able = Set(
      profiles.filter { $0.status == .active && $0.weeklyLimit > 0 }.map { current($0.collectivite) }
    ).intersection(reachable)
    var byTaker: [CollectiviteID: Int] = [:]
    for lead in leads { byTaker[current(lead.id.collectivite), default: 0] += 1 }
    let counts = able.map { byTaker[$0] ?? 0 }
    takers = able.count
    served = counts.count { $0 > 0 }
    giniOfLeads = Self.gini(counts)

    let open = requests.filter(\.isOpen)
    var openLeads: [RequestID: Int] = [:]
    for lead in leads where lead.isOpen { openLeads[lead.id.request, default: 0] += 1 }
    openRequests = open.count
    wantedLeads = wanted
    satisfiedRequests = open.count { openLeads[$0.id] ?? 0 >= wanted }
    requestsWithoutLeads = open.count { openLeads[$0.id] == nil }
    var countries: [CountryCode: CountryService] = [:]
    for request in open {
      let known = countries[request.country] ?? CountryService(country: request.country, openRequests: 0, openLeads: 0)
      countries[request.country] = CountryService(
        country: request.country, openRequests: known.openRequests + 1,
        openLeads: known.openLeads + (openLeads[request.id] ?? 0))
    }
    // a/b < c/d without a division.
    leastServed = Array(
      countries.values.sorted { left, right in
        (left.openLeads * right.openRequests, left.country.rawValue)
          < (right.openLeads * left.openRequests, right.country.rawValue)
      }.prefix(10))
  }

  /// Gini coefficient in thousandths; 0 for nothing.
  static func gini(_ counts: [Int]) -> Int {
    let total = counts.reduce(0, +)
    guard total > 0 else { return 0 }
    let weighted = counts.sorted().enumerated().reduce(0) { $0 + (2 * ($1.offset + 1) - counts.count - 1) * $1.element }
    return weighted * 1_000 / (counts.count * total)
  }

  func text(_ desk: Desk) -> String {
    let gini = "0." + String(String(giniOfLeads + 1_000).suffix(3))
    var table = TextTable([
      desk.say(fr: "pays le moins servi", en: "least served country"),
      desk.say(fr: ">demandes ouvertes", en: ">open requests"),
      desk.say(fr: ">mises en relation", en: ">open leads"), desk.say(fr: ">par demande", en: ">a request"),
    ])
    for service in leastServed {
      let tenths = service.openLeads * 10 / service.openRequests
      table.add([
        service.country.rawValue, "\(service.openRequests)", "\(service.openLeads)", "\(tenths / 10).\(tenths % 10)",
      ])
    }
    let figures = desk.say(
      fr: """
        Collectivités qui peuvent recevoir\u{202F}: \(takers), dont servies\u{202F}: \(served)
        Gini des mises en relation\u{202F}: \(gini) (0\u{202F}: toutes autant)
        Demandes ouvertes\u{202F}: \(openRequests), avec \(wantedLeads) mises en relation ou plus\u{202F}: \(satisfiedRequests) (\(share)\u{202F}%), sans aucune\u{202F}: \(requestsWithoutLeads)

        """,
      en: """
        Authorities that could take leads: \(takers), of which served: \(served)
        Gini of leads: \(gini) (0: all the same)
        Open requests: \(openRequests), with \(wantedLeads) open leads or more: \(satisfiedRequests) (\(share) %), without any: \(requestsWithoutLeads)

        """)
    return figures + (table.isEmpty ? "" : "\n" + table.text)
  }

  private var share: Int { openRequests == 0 ? 0 : satisfiedRequests * 100 / openRequests }
}
