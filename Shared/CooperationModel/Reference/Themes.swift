/// One theme of the taxonomy: a domain, a field in it, or a leaf.
public struct Theme: Hashable, Sendable {
  public let id: ThemeID
  public let label: Localized
  /// DAC purpose codes, the most typical first; of a domain or field those of all its leaves.
  public let purposes: [String]
}

/// The three-level taxonomy of what authorities cooperate on.
///
/// Domains hold fields, fields hold leaves; every leaf leads to DAC purpose codes. The order is that of display.
public struct Themes: Sendable {
  public let all: [Theme]
  private let places: [ThemeID: Int]
  private let childrenOf: [ThemeID: [Int]]
  private let leavesOfPurpose: [String: [ThemeID]]

  init(rows: ReferenceRows) throws(ReferenceDataError) {
    var themes: [(id: ThemeID, label: Localized, purposes: [String])] = []
    var places: [ThemeID: Int] = [:]
    var childrenOf: [ThemeID: [Int]] = [:]
    var leavesOfPurpose: [String: [ThemeID]] = [:]
    for (place, fields) in rows.fields.enumerated() {
      let id: ThemeID = try rows.require(ThemeID(fields[0]), fields[0], ThemeID.form)
      let purposes = fields[3].split(separator: " ").map(String.init)
      guard (id.level == 3) == !purposes.isEmpty else {
        throw .malformed(file: rows.file, reason: "\(id): leaves, and only leaves, name purpose codes")
      }
      var above = id.parent
      if let parent = above {
        guard places[parent] != nil else { throw .malformed(file: rows.file, reason: "\(id) stands before \(parent)") }
        childrenOf[parent, default: []].append(place)
      }
      while let ancestor = above {
        if let known = places[ancestor] {
          for purpose in purposes where !themes[known].purposes.contains(purpose) {
            themes[known].purposes.append(purpose)
          }
        }
        above = ancestor.parent
      }
      for purpose in purposes { leavesOfPurpose[purpose, default: []].append(id) }
      places[id] = place
      themes.append((id, Localized(fr: fields[1], en: fields[2]), purposes))
    }
    all = themes.map { Theme(id: $0.id, label: $0.label, purposes: $0.purposes) }
    self.places = places
    self.childrenOf = childrenOf
    self.leavesOfPurpose = leavesOfPurpose
  }

  public subscript(id: ThemeID) -> Theme? { places[id].map { all[$0] } }
  public func theme(_ id: ThemeID) -> Theme? { self[id] }
  public func contains(_ id: ThemeID) -> Bool { places[id] != nil }
  public var count: Int { all.count }

  /// A dense number for arrays beside ``all``; not stable between versions of the data.
  public func index(of id: ThemeID) -> Int? { places[id] }

  public var domains: [Theme] { all.filter { $0.id.level == 1 } }
  public var leaves: [Theme] { all.filter { $0.id.level == 3 } }

  /// One level down: a domain's fields, a field's leaves.
  public func children(of id: ThemeID) -> [Theme] { (childrenOf[id] ?? []).map { all[$0] } }

  /// From the domain down to the theme's parent; none of a domain.
  public func ancestors(of id: ThemeID) -> [Theme] {
    guard let parent = id.parent, let theme = self[parent] else { return [] }
    return ancestors(of: parent) + [theme]
  }

  /// The leaves below a theme; of a leaf itself.
  public func leaves(of id: ThemeID) -> [Theme] {
    guard let theme = self[id] else { return [] }
    return id.level == 3 ? [theme] : children(of: id).flatMap { leaves(of: $0.id) }
  }

  public func label(of id: ThemeID, in language: Language) -> String? { self[id]?.label[language] }

  /// The labels from the domain down: “Éducation, social et recherche › Santé”.
  public func path(of id: ThemeID, in language: Language) -> String? {
    guard let theme = self[id] else { return nil }
    return (ancestors(of: id) + [theme]).map { $0.label[language] }.joined(separator: " › ")
  }

  /// The DAC purpose codes of a theme; none when there is no such theme.
  public func purposes(of id: ThemeID) -> [String] { self[id]?.purposes ?? [] }

  /// The leaves that lead to a purpose code, in the order of display.
  public func leaves(ofPurpose purpose: String) -> [ThemeID] { leavesOfPurpose[purpose] ?? [] }
}
