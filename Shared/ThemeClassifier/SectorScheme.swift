import CooperationModel

/// The codes that texts are given, and how three digits and five hang together.
///
/// “Three digits” is two levels in published data: 110 (education) beside 111 (its level unspecified). The classifier
/// decides between *groups*, of which nothing is part of another: 110, 120, 150, 230, 310 and 320 with all below them,
/// every other sector by itself. Within a group it decides between purpose codes.
package struct SectorScheme: Sendable {
  /// Three digits, ascending.
  package let groups: [String]
  /// Five digits, by group and ascending; voluntary codes count as those that they refine.
  package let purposes: [String]
  /// By group, its purposes' places.
  package let members: [Range<Int>]
  private let groupPlaces: [String: Int]
  private let purposePlaces: [String: Int]
  private let refined: [String: String]

  /// The sectors that published data give as a whole or in parts.
  private static let divided: Set<String> = ["110", "120", "150", "230", "310", "320"]

  package init(_ dac: Dac) {
    let sectors = dac.sectorCategories.all.map(\.code)
    // 330 has the same name as 331, and nothing below it in use.
    groups = sectors.filter { code in code != "330" && Self.group(of: code) == code }.sorted()
    let groupPlaces = Dictionary(groups.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    self.groupPlaces = groupPlaces
    let known = dac.purposes.all.map(\.code).filter { code in
      dac.mainPurpose(of: code) == code && groupPlaces[Self.group(of: code)] != nil
    }
    purposes = known.sorted { (Self.group(of: $0), $0) < (Self.group(of: $1), $1) }
    var members: [Range<Int>] = []
    for group in groups {
      let start = members.last?.upperBound ?? 0
      let end = purposes[start...].firstIndex { Self.group(of: $0) != group } ?? purposes.endIndex
      members.append(start..<end)
    }
    self.members = members
    purposePlaces = Dictionary(purposes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    refined = Dictionary(
      dac.purposes.all.compactMap { code in
        dac.mainPurpose(of: code.code).flatMap { $0 == code.code ? nil : (code.code, $0) }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The category of a code of three digits or five: 110 of 111 and of 11110.
  package static func category(of code: String) -> String { code.prefix(2) + "0" }

  private static func group(of code: String) -> String {
    let category = category(of: code)
    return divided.contains(category) ? category : String(code.prefix(3))
  }

  /// The place of a code's group; nil of a code that is in none.
  package func group(of code: String) -> Int? { groupPlaces[Self.group(of: code)] }

  /// The place of a purpose code, of the one it refines when it is voluntary; nil of any other.
  package func purpose(_ code: String) -> Int? { purposePlaces[refined[code] ?? code] }

  /// The purposes of a group that a label of three digits or five allows.
  func allowed(by label: String, in group: Int) -> [Int] {
    if let place = purpose(label) { return [place] }
    return members[group].filter { purposes[$0].prefix(3) == label.prefix(3) }
  }

  /// True when an answer of three digits is right for a label of three or five: equal to it, its category, or of the
  /// category that the label is.
  package static func isRight(_ answer: String, for label: String) -> Bool {
    let sector = label.prefix(3)
    return answer == sector || answer == category(of: label)
      || (sector.hasSuffix("0") && category(of: answer) == sector)
  }
}
