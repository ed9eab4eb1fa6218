import CooperationModel

/// A line as it was declared.
struct DeclaredLine: Sendable {
  var category: DeclarationLine.Category
  var country: CountryCode
  var cents: Int64

  var body: JSONValue {
    var members: [String: JSONValue] = [
      "category": .string(category.rawValue), "title": "Une ligne", "amount": .string(Self.text(cents)),
    ]
    if category != .refugees { members["country"] = .string(country.rawValue) }
    return .object(members)
  }

  static func text(_ cents: Int64) -> String {
    let fraction = String(cents % 100)
    return "\(cents / 100).\(fraction.count < 2 ? "0" : "")\(fraction)"
  }
}

/// What was declared, by the answers that clients got, and nothing else.
struct DeclarationModel: Sendable {
  init() {}

  /// What a log holds, to go on from.
  init(_ declarations: [DeclarationID: Declaration]) {
    for (id, declaration) in declarations {
      let lines = declaration.lines.compactMap { line in
        CountryCode("NE").map { DeclaredLine(category: line.category, country: $0, cents: line.amount.cents) }
      }
      note(lines, of: id.collectivite, revision: id.revision)
    }
  }

  /// By authority and revision.
  private var revisions: [CollectiviteID: [Int: [DeclaredLine]]] = [:]
  private var doubled: [String] = []

  var count: Int { revisions.values.reduce(0) { $0 + $1.count } }

  mutating func note(_ lines: [DeclaredLine], of collectivite: CollectiviteID, revision: Int) {
    if revisions[collectivite]?[revision] != nil { doubled.append("\(collectivite)/\(revision) was given twice") }
    revisions[collectivite, default: [:]][revision] = lines
  }

  /// Revisions that were acknowledged and are not there, or not as they were declared.
  func missing(in declarations: [DeclarationID: Declaration]) -> [String] {
    var faults = doubled
    for (collectivite, own) in revisions {
      for (revision, lines) in own {
        let id = DeclarationID(collectivite, year: CrashPopulation.year, revision: revision)
        guard let found = declarations[id] else {
          faults.append("\(id) was acknowledged and is not there")
          continue
        }
        if found.lines.map(\.amount.cents) != lines.map(\.cents) || found.lines.map(\.category) != lines.map(\.category)
        {
          faults.append("\(id) has other lines than were declared")
        }
      }
    }
    return faults.sorted()
  }

  /// Revisions that are not those that were acknowledged, from the first to the last, the last alone in force.
  func faults(in declarations: [DeclarationID: Declaration]) -> [String] {
    var faults = missing(in: declarations)
    for (collectivite, own) in revisions {
      if own.keys.sorted() != Array(1...own.count) {
        faults.append("\(collectivite) was acknowledged the revisions \(own.keys.sorted())")
      }
    }
    for (id, declaration) in declarations {
      let isLast = id.revision == revisions[id.collectivite]?.count
      if declaration.status != (isLast ? .submitted : .superseded) { faults.append("\(id) is \(declaration.status)") }
    }
    for id in declarations.keys where revisions[id.collectivite]?[id.revision] == nil {
      faults.append("\(id) is there and was not acknowledged")
    }
    return faults.sorted()
  }

  /// Totals that are not the sums, to the cent, of the last revisions that were acknowledged.
  func faults(inTotals totals: JSONValue) -> [String] {
    var faults: [String] = []
    let lines = revisions.values.flatMap { $0.max { $0.key < $1.key }?.value ?? [] }
    func compare(_ what: String, _ found: JSONValue?, _ lines: [DeclaredLine]) {
      let cents = lines.reduce(0) { $0 + $1.cents }
      let refugees = lines.filter { $0.category == .refugees }.reduce(0) { $0 + $1.cents }
      for (name, sum) in [("total", cents), ("refugees", refugees), ("withoutRefugees", cents - refugees)]
      where found?[name]?.string ?? "0.00" != DeclaredLine.text(sum) {
        faults.append("\(what): \(name) is \(found?[name]?.string ?? "missing"), not \(DeclaredLine.text(sum))")
      }
    }
    compare("all", totals["amounts"], lines)
    for category in [DeclarationLine.Category.onePercent, .refugees] {
      let entry = totals["by"]?["category"]?.items.first { $0["code"]?.string == category.rawValue }
      compare(category.rawValue, entry?["amounts"], lines.filter { $0.category == category })
    }
    if totals["declarants"] != .integer(Int64(revisions.count)) {
      faults.append("\(revisions.count) declared, not \(totals["declarants"] ?? .null)")
    }
    return faults
  }
}
