import CPlanes
import CooperationModel

/// Everyone who can be matched: the authorities with a profile or a cooperation, in columns.
///
/// Kept up to date change by change; the content depends on what is there, never on the order in which it came. Old
/// codes are resolved: a merged commune's cooperations and contacts count for its successor, and so does its profile as
/// long as the successor has none of its own.
package struct Candidates: Sendable {
  package let landscape: Landscape
  let layout: Layout
  var bits: BitMatrix
  var marks: [RowMarks]
  /// By row: of the marks what weighing looks at.
  private(set) var masks: [RowMasks]
  /// By country, ascending by row and cooperation.
  var engagements: [[Engagement]]
  /// By country and territory (départements, régions, then groupings): how many authorities have a cooperation that goes
  /// on.
  var clusters: [UInt16]
  /// By sub-region of the world and région: the same.
  var circles: [UInt16]
  /// By language number; -1 where nobody has named it.
  private(set) var languageBitmaps = [Int](repeating: -1, count: 676)
  /// Who works with a foreign authority, by its country and folded name; a row stands once for each cooperation.
  private(set) var partnerRows: [PartnerKey: [Int]] = [:]

  private var profiles: [Int: [(id: CollectiviteID, facts: ProfileFacts)]] = [:]
  private(set) var cooperations: [CooperationFacts?] = []
  /// What lists tell of the cooperations (``CooperationFacts/told(in:)``), nine to a slot: made once, shared by all.
  private(set) var told: [FactorFacts] = []
  static let tales = 9
  private var slots: [CooperationID: Int32] = [:]
  private var freeSlots: [Int32] = []
  private var rowSlots: [Int: [Int32]] = [:]
  private var contacts: [ContactID: Int] = [:]
  private var contactCounts: [Int: Int] = [:]

  package init(_ landscape: Landscape) {
    self.landscape = landscape
    layout = Layout(landscape)
    bits = BitMatrix(rows: landscape.ids.count, bitmaps: layout.count)
    marks = Array(repeating: RowMarks(), count: landscape.ids.count)
    masks = landscape.ids.indices.map { RowMasks($0, in: landscape) }
    engagements = Array(repeating: [], count: landscape.countries.count)
    clusters = Array(repeating: 0, count: landscape.countries.count * landscape.clusterCount)
    circles = Array(repeating: 0, count: landscape.subregionNames.count * landscape.regionCount)
    for row in landscape.ids.indices {
      bits.insert(row, into: layout.kind(Int(kindNumber(landscape.kinds[row]))))
    }
  }

  /// Takes a profile's newest version; nil when there is none any more.
  package mutating func update(profile: Profile?, for id: CollectiviteID) -> CandidateChange {
    guard let row = landscape.row(of: id) else { return CandidateChange() }
    var held = profiles[row] ?? []
    let place = held.firstIndex { $0.id == id }
    let facts = profile.map { ProfileFacts($0, in: landscape) }
    guard facts != place.map({ held[$0].facts }) else { return CandidateChange() }
    if let place { held.remove(at: place) }
    if let facts {
      held.insert((id, facts), at: held.firstIndex { id < $0.id } ?? held.endIndex)
    }
    profiles[row] = held.isEmpty ? nil : held
    return refresh([row])
  }

  /// Takes a cooperation's newest version; nil when there is none any more.
  package mutating func update(cooperation: Cooperation?, for id: CooperationID) -> CandidateChange {
    let old = slots[id].flatMap { cooperations[Int($0)] }
    let new = cooperation.flatMap { CooperationFacts($0, in: landscape) }
    guard old != new else { return CandidateChange() }
    if let old, let slot = slots[id] {
      for name in Set(old.partners) {
        let key = PartnerKey(country: old.country, name: name)
        for row in old.rows {
          if let place = partnerRows[key]?.firstIndex(of: row) { partnerRows[key]?.remove(at: place) }
        }
        if partnerRows[key]?.isEmpty == true { partnerRows[key] = nil }
      }
      for row in old.rows {
        engagements[old.country].removeAll { $0.slot == slot && Int($0.row) == row }
        rowSlots[row]?.removeAll { $0 == slot }
        if rowSlots[row]?.isEmpty == true { rowSlots[row] = nil }
      }
      cooperations[Int(slot)] = nil
      for place in 0..<Self.tales { told[Int(slot) * Self.tales + place] = FactorFacts() }
      slots[id] = nil
      freeSlots.append(slot)
    }
    if let new {
      let slot: Int32
      if let free = freeSlots.popLast() {
        slot = free
        cooperations[Int(slot)] = new
      } else {
        slot = Int32(cooperations.count)
        cooperations.append(new)
        told += Array(repeating: FactorFacts(), count: Self.tales)
      }
      for (place, facts) in new.told(in: landscape).enumerated() { told[Int(slot) * Self.tales + place] = facts }
      slots[id] = slot
      for name in Set(new.partners) {
        partnerRows[PartnerKey(country: new.country, name: name), default: []] += new.rows
      }
      for row in new.rows {
        rowSlots[row, default: []].append(slot)
        let entry = Engagement(row: Int32(row), slot: slot, goesOn: new.goesOn, themes: new.packedThemes)
        let place = place(of: entry.row, in: engagements[new.country])
        engagements[new.country].insert(entry, at: place)
      }
    }
    return refresh(Set((old?.rows ?? []) + (new?.rows ?? [])).sorted())
  }

  /// Takes a contact's newest version; nil when there is none any more.
  package mutating func update(contact: Contact?, for id: ContactID) -> CandidateChange {
    let old = contacts[id]
    let new = contact.flatMap { contact -> Int? in
      guard contact.canBeWrittenTo, let owner = contact.owner.collectivite else { return nil }
      return landscape.row(of: owner)
    }
    guard old != new else { return CandidateChange() }
    contacts[id] = new
    if let old {
      let count = (contactCounts[old] ?? 1) - 1
      contactCounts[old] = count == 0 ? nil : count
    }
    if let new { contactCounts[new, default: 0] += 1 }
    return refresh(Set([old, new].compactMap(\.self)).sorted())
  }

  /// The rows that are partners of the asking authorities already: named by the request, or by a cooperation with an
  /// authority of that name in that country. Ascending.
  func partners(of wish: Wish) -> [Int] {
    guard wish.core.country >= 0 else { return wish.partners }
    let country = Int(wish.core.country)
    var result = wish.partners
    for name in wish.names { result += partnerRows[PartnerKey(country: country, name: name)] ?? [] }
    return result.count < 2 ? result : Set(result).sorted()
  }

  /// A row, ready to be weighed.
  @inline(__always)
  func probe(_ row: Int) -> RowProbe { RowProbe(row: row, masks: masks[row]) }

  /// Has what a match needs of a row brought near.
  func expect(_ row: Int) {
    masks.withUnsafeBufferPointer { masks in
      if let start = masks.baseAddress { planes_expect(start + row, Int64(MemoryLayout<RowMasks>.stride)) }
    }
    landscape.ids.withUnsafeBufferPointer { ids in
      if let start = ids.baseAddress { planes_expect(start + row, Int64(MemoryLayout<CollectiviteID>.stride)) }
    }
  }

  /// Whether a row's profile names the language.
  func speaks(_ language: UInt16, _ row: Int) -> Bool {
    let bitmap = languageBitmaps[Int(language)]
    return bitmap >= 0 && bits.contains(row, in: bitmap)
  }

  /// The profile that counts for a row: that of today's code, or else of the first old one.
  func profile(ofRow row: Int) -> ProfileFacts? {
    guard let held = profiles[row] else { return nil }
    return (held.first { $0.id == landscape.ids[row] } ?? held.first)?.facts
  }

  /// The cooperations of a row, in the order of their ids.
  func cooperations(ofRow row: Int) -> [CooperationFacts] {
    (rowSlots[row] ?? []).compactMap { cooperations[Int($0)] }.sorted { $0.id < $1.id }
  }

  /// Whether one held cooperation's id stands before another's.
  func precedes(_ slot: Int, _ other: Int) -> Bool {
    guard let id = cooperations[slot]?.id, let otherID = cooperations[other]?.id else { return false }
    return id < otherID
  }

  /// Has paused its profile.
  package func isPaused(_ id: CollectiviteID) -> Bool {
    landscape.row(of: id).map { marks[$0].isPaused } ?? false
  }

  /// Has a confirmed contact, under today's code or an old one.
  package func canBeWrittenTo(_ id: CollectiviteID) -> Bool {
    landscape.row(of: id).map { marks[$0].isWritable } ?? false
  }

  /// The most new leads that it takes in any seven days.
  package func weeklyLimit(of id: CollectiviteID) -> Int {
    landscape.row(of: id).map { weeklyLimit(ofRow: $0) } ?? Profile.defaultWeeklyLimit
  }

  /// The limit of a row.
  func weeklyLimit(ofRow row: Int) -> Int { Int(marks[row].weeklyLimit) }

  /// Can be written to and is not paused.
  func canTakeLeads(_ row: Int) -> Bool { marks[row].isWritable && !marks[row].isPaused }

  /// The first place of a row in a list that ascends by row.
  func place(of row: Int32, in list: [Engagement]) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].row < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Candidates {
  /// Brings the columns of some rows up to date with what is held of them.
  private mutating func refresh(_ rows: [Int]) -> CandidateChange {
    let layout = layout
    var countries: Set<Int> = []
    for row in rows {
      let new = currentMarks(ofRow: row)
      let old = marks[row]
      guard new != old else { continue }
      change(row, old.themes, new.themes) { layout.theme(Int($0)) }
      change(row, old.labels, new.labels) { layout.label(Int($0)) }
      change(row, old.interests, new.interests) { layout.interest(Int($0)) }
      change(row, old.active, new.active) { layout.active(Int($0)) }
      change(row, old.areas, new.areas) { layout.area(Int($0)) }
      for language in new.languages where languageBitmaps[Int(language)] < 0 {
        languageBitmaps[Int(language)] = bits.append()
      }
      let languageBitmaps = languageBitmaps
      change(row, old.languages, new.languages) { languageBitmaps[Int($0)] }
      if old.forms != new.forms { change(row, bitNumbers(old.forms), bitNumbers(new.forms)) { layout.form($0) } }
      change(row, old.isCandidate ? [0] : [], new.isCandidate ? [0] : []) { _ in layout.candidate }
      change(row, old.isWritable ? [0] : [], new.isWritable ? [0] : []) { _ in layout.writable }
      marks[row] = new
      masks[row].take(new)
      guard old.active != new.active || old.circles != new.circles else { continue }
      let moved = Set(old.active).symmetricDifference(new.active)
      for country in moved { count(row, in: Int(country), new.active.contains(country) ? 1 : -1) }
      countries.formUnion(moved.map(Int.init))
      for circle in Set(old.circles).symmetricDifference(new.circles) {
        if count(row, inCircle: Int(circle), new.circles.contains(circle) ? 1 : -1) {
          countries.formUnion(landscape.subregionCountries[Int(circle)])
        }
      }
    }
    return CandidateChange(
      collectivites: rows.map { landscape.ids[$0] }, countries: countries.sorted().map { landscape.countries[$0] })
  }

  private func currentMarks(ofRow row: Int) -> RowMarks {
    var result = RowMarks()
    let profile = profile(ofRow: row)
    let cooperations = rowSlots[row].map { $0.compactMap { self.cooperations[Int($0)] } } ?? []
    var themes = profile.map { $0.themes + $0.labels } ?? []
    for cooperation in cooperations { themes += cooperation.themes }
    result.themes = withLineage(themes)
    result.worked = ascending(cooperations.map { UInt16($0.country) })
    result.active = ascending(cooperations.filter(\.goesOn).map { UInt16($0.country) })
    result.circles = ascending(result.active.map { UInt8(landscape.subregions[Int($0)]) })
    result.areas = ascending(result.active.flatMap { landscape.spoken[Int($0)].map(UInt8.init) })
    if let profile {
      result.labels = withLineage(profile.labels)
      result.interests = ascending(profile.countries)
      result.languages = ascending(profile.languages.map(languageNumber))
      result.forms = profile.forms
      result.isPaused = profile.isPaused
      result.weeklyLimit = Int16(clamping: profile.weeklyLimit)
    }
    result.isCandidate = profile.map { !$0.isPaused } ?? !cooperations.isEmpty
    result.isWritable = contactCounts[row] != nil
    return result
  }

  private func withLineage(_ themes: [UInt8]) -> [UInt8] {
    ascending(
      themes.flatMap { theme in
        [theme, landscape.parents[Int(theme)], landscape.tops[Int(theme)]]
      })
  }

  private mutating func change<T: Equatable>(_ row: Int, _ old: [T], _ new: [T], bitmap: (T) -> Int) {
    guard old != new else { return }
    for entry in old { bits.remove(row, from: bitmap(entry)) }
    for entry in new { bits.insert(row, into: bitmap(entry)) }
  }

  private mutating func count(_ row: Int, in country: Int, _ step: Int) {
    let start = country * landscape.clusterCount
    let departement = Int(landscape.departements[row])
    if departement != Landscape.nowhere {
      clusters[start + departement] = UInt16(Int(clusters[start + departement]) + step)
    }
    let region = Int(landscape.regions[row])
    if region != Landscape.nowhere {
      let place = start + landscape.departementCount + region
      clusters[place] = UInt16(Int(clusters[place]) + step)
    }
    let group = landscape.groups[row]
    if group != Landscape.noGroup {
      let place = start + landscape.departementCount + landscape.regionCount + Int(group)
      clusters[place] = UInt16(Int(clusters[place]) + step)
      for member in landscape.groupRows[Int(group)] {
        let itself = marks[member].active.contains(UInt16(country)) ? 1 : 0
        bits.set(member, in: layout.network(country), to: Int(clusters[place]) > itself)
      }
    }
  }

  /// Counts an authority at work in a sub-region of the world with its région.
  ///
  /// - Returns: whether it became another for the région's others: from the second on one more changes nothing.
  private mutating func count(_ row: Int, inCircle circle: Int, _ step: Int) -> Bool {
    let region = Int(landscape.regions[row])
    guard region != Landscape.nowhere else { return false }
    let place = circle * landscape.regionCount + region
    let (old, new) = (Int(circles[place]), Int(circles[place]) + step)
    circles[place] = UInt16(new)
    guard min(old, 2) != min(new, 2) else { return false }
    for word in landscape.regionRows[region] {
      var rest = word.rows
      while rest != 0 {
        let member = Int(word.word) << 6 + rest.trailingZeroBitCount
        let itself = marks[member].circles.contains(UInt8(circle)) ? 1 : 0
        bits.set(member, in: layout.circle(circle), to: new > itself)
        rest &= rest - 1
      }
    }
    return true
  }

  /// How many authorities of a row's grouping, itself included, have a cooperation in the country that goes on.
  func groupCount(ofRow row: Int, in country: Int) -> Int {
    let group = landscape.groups[row]
    guard group != Landscape.noGroup else { return 0 }
    return Int(
      clusters[
        country * landscape.clusterCount + landscape.departementCount + landscape.regionCount + Int(group)])
  }

  /// How many authorities of a département, and of a région, have a cooperation in the country that goes on.
  @inline(__always)
  func clusterCounts(_ departement: Int, _ region: Int, in country: Int) -> (departement: Int, region: Int) {
    let start = country * landscape.clusterCount
    return (
      departement == Landscape.nowhere ? 0 : Int(clusters[start + departement]),
      region == Landscape.nowhere ? 0 : Int(clusters[start + landscape.departementCount + region])
    )
  }
}

/// A foreign authority, as far as names tell.
struct PartnerKey: Hashable, Sendable {
  var country: Int
  var name: String
}

/// In order, each once.
private func ascending<T: Comparable>(_ values: [T]) -> [T] {
  guard values.count > 1 else { return values }
  var result = values
  result.sort()
  var count = 1
  for place in 1..<result.count where result[place] != result[count - 1] {
    result[count] = result[place]
    count += 1
  }
  result.removeLast(result.count - count)
  return result
}

private func bitNumbers(_ bits: UInt8) -> [Int] { (0..<8).filter { bits >> UInt8($0) & 1 == 1 } }

/// Which bitmap holds what.
struct Layout: Sendable {
  private let themes: Int
  private let countries: Int
  private let subregions: Int
  private let languages: Int

  init(_ landscape: Landscape) {
    subregions = landscape.subregionNames.count
    languages = landscape.spokenLanguages.count
    themes = landscape.themes.count
    countries = landscape.countries.count
  }

  /// Works on the theme, or on one below it.
  func theme(_ number: Int) -> Int { number }
  /// Holds a label for the theme, or for one below it.
  func label(_ number: Int) -> Int { themes + number }
  /// Declares an interest in the country.
  func interest(_ country: Int) -> Int { 2 * themes + country }
  /// Has a cooperation in the country that goes on.
  func active(_ country: Int) -> Int { 2 * themes + countries + country }
  func kind(_ number: Int) -> Int { 2 * (themes + countries) + number }
  func form(_ number: Int) -> Int { kind(CollectiviteKind.allCases.count) + number }
  var candidate: Int { form(8) }
  var writable: Int { candidate + 1 }
  /// Another authority of its grouping works in the country.
  func network(_ country: Int) -> Int { writable + 1 + country }
  /// Another authority of its région works in the sub-region of the world.
  func circle(_ subregion: Int) -> Int { network(countries) + subregion }
  /// Has a cooperation that goes on where the language is spoken.
  func area(_ language: Int) -> Int { circle(subregions) + language }
  var count: Int { area(languages) }
}
