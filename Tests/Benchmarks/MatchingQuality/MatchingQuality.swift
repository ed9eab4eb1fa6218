import Seeds
import CooperationModel
import Foundation
import Testing
import ThemeClassifier

@testable import Matcher

/// How good matching and text to theme are on labelled cases, beside what they must beat.
///
/// `Tests/Benchmarks/run MatchingQuality [FOLDER]`; without a folder, the repository's own cases. Their form:
/// `Cases/README.md`.
@Suite(
  "Matching, judged", .serialized, .enabled(if: ProcessInfo.processInfo.environment["BENCHMARK"] == "1"))
struct MatchingQuality {
  private let reference: ReferenceData
  private let cases: QualityCases

  init() throws {
    reference = try ReferenceData.load()
    let named = ProcessInfo.processInfo.environment["MATCHING_QUALITY_CASES"].flatMap { $0.isEmpty ? nil : $0 }
    let own = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")
    cases = try QualityCases(folder: named.map { URL(filePath: $0) } ?? own, reference: reference)
  }

  @Test("ranking: recall, MRR, nDCG")
  func ranking() throws {
    let judged = cases.requests.filter { cases.relevant[$0.reference]?.isEmpty == false }
    guard !judged.isEmpty else { return }
    let reading = Ranking(model: try #require(ScoringModel(.standard)))
    var settings = ScoringSettings.standard
    settings.textThemes = nil
    let declaredAlone = Ranking(model: try #require(ScoringModel(settings)))
    let landscape = Landscape(reference, classifier: try ThemeClassifier.load(reference))
    var candidates = Candidates(landscape)
    for profile in cases.profiles { _ = candidates.update(profile: profile, for: profile.collectivite) }
    for cooperation in cases.cooperations { _ = candidates.update(cooperation: cooperation, for: cooperation.id) }
    // Everyone can be written to: who has a contact is no matter of quality.
    let owners = Set(cases.profiles.map(\.collectivite) + cases.cooperations.flatMap(\.collectivites)).sorted()
    for (number, owner) in owners.enumerated() {
      guard let id = QualityCases.id(number, as: ContactID.self) else { continue }
      let contact = Contact(
        id: id, version: 1, owner: OwnerID(owner), status: .confirmed, name: "Service", email: "contact@example.fr",
        language: .french, since: Instant(milliseconds: 0))
      _ = candidates.update(contact: contact, for: id)
    }
    let baselines = RankingBaselines(cases, reference)
    var seed = SplitMix(seed: 42)
    let pairs = judged.reduce(0) { $0 + (cases.relevant[$1.reference]?.count ?? 0) }
    say(
      "%d requests, %d candidates, %d labelled pairs; recall at 1, 3, 5, 10, 20 in percent", judged.count, owners.count,
      pairs)
    let kinds: [(String, (PartnershipRequest) -> Bool)] = [
      ("all requests", { _ in true }), ("with declared themes", { !$0.themes.isEmpty }),
      ("with text alone", { $0.themes.isEmpty }),
    ]
    for (name, isOfKind) in kinds {
      var measures = [RankingMeasures](repeating: RankingMeasures(), count: 5)
      for (reference, request) in judged where isOfKind(request) {
        guard let grades = cases.relevant[reference] else { continue }
        for (place, ranking) in [reading, declaredAlone].enumerated() {
          let list = ranking.best(for: request, among: candidates).ranked.map(\.collectivite)
          measures[place].add(list, grades: grades)
        }
        measures[2].add(baselines.text(request), grades: grades)
        measures[3].add(baselines.themes(request), grades: grades)
        measures[4].add(baselines.lot(request, seed: &seed), grades: grades)
      }
      say("%@", name)
      let labels = [
        "  the matcher", "  the matcher, texts unread", "  BM25 on the text",
        "  theme overlap alone", "  by lot within the region",
      ]
      for (label, measure) in zip(labels, measures) {
        say("%@%@", label.padding(toLength: 40, withPad: " ", startingAt: 0), measure.description)
      }
    }
  }

  @Test("text to theme: right at the first place, among three, among five")
  func texts() throws {
    guard !cases.texts.isEmpty else { return }
    let classifier = try ThemeClassifier.load(reference)
    let scheme = classifier.scheme
    var reader = classifier.reader()
    var counts: [String: [String: [Int]]] = [:]
    var totals: [String: Int] = [:]
    let labelled = cases.texts.enumerated().map { number, text in
      // Each text is a source of its own: the neighbours of a text are the others.
      LabelledText(
        source: String(number), language: text.language, codes: reference.themes.purposes(of: text.theme),
        text: text.text)
    }
    let all = Baselines(labelled, scheme: scheme)
    for (number, text) in cases.texts.enumerated() {
      let prediction = reader.classify(text.text)
      let codes = labelled[number].codes
      func hits<T>(_ answers: [T], _ isRight: (T) -> Bool) -> [Int] {
        [1, 3, 5].map { answers.prefix($0).contains(where: isRight) ? 1 : 0 }
      }
      func sectors(_ answers: [String]) -> [Int] {
        hits(answers) { answer in codes.contains { SectorScheme.isRight(answer, for: $0) } }
      }
      let themes = prediction.themes.map(\.theme)
      let rows = [
        "3 digits": sectors(prediction.sectors.map(\.code)),
        "3 digits, five commonest of these texts": sectors(all.commonest.map { scheme.groups[$0] }),
        "3 digits, BM25 on the other texts": sectors(
          all.neighbours(text.text, without: number).map { scheme.groups[$0] }),
        "5 digits": hits(prediction.purposes.map(\.code)) { answer in
          codes.contains { scheme.purpose($0) == scheme.purpose(answer) }
        },
        "theme": hits(themes) { $0 == text.theme },
        "theme’s field": hits(themes) { $0.parent == text.theme.parent },
      ]
      for key in [text.language, "all"] {
        totals[key, default: 0] += 1
        for (row, hits) in rows { counts[key, default: [:]][row] = zip(counts[key]?[row] ?? [0, 0, 0], hits).map(+) }
      }
    }
    say("text to theme: right at the first place, among three, among five, in percent")
    for (key, rows) in counts.sorted(by: { $0.key < $1.key }) {
      let total = totals[key] ?? 1
      say("%@, %d texts", key, total)
      for (row, hits) in rows.sorted(by: { $0.key < $1.key }) {
        let shares = hits.map { String(format: "%5.1f", 100 * Double($0) / Double(total)) }.joined(separator: " ")
        say("  %@%@", row.padding(toLength: 42, withPad: " ", startingAt: 0), shares)
      }
    }
  }

  @Test("text to theme: texts a second on one core")
  func speed() throws {
    let classifier = try ThemeClassifier.load(reference)
    let texts = cases.texts.map(\.text)
    guard !texts.isEmpty else { return }
    var reader = classifier.reader()
    for text in texts { _ = reader.classify(text) }
    let rounds = 50
    let start = threadSeconds()
    var sum: Float = 0
    for _ in 0..<rounds { for text in texts { sum += reader.classify(text).confidence } }
    let work = threadSeconds() - start
    let bytes = texts.reduce(0) { $0 + $1.utf8.count } / texts.count
    // The floor: reading the same bytes into words, and nothing else.
    let floorStart = threadSeconds()
    var words = 0
    for _ in 0..<rounds { for text in texts { words += text.split(separator: " ").count } }
    let floor = threadSeconds() - floorStart
    let neighbours = Baselines(
      texts.map { LabelledText(source: "", language: "fr", codes: ["140"], text: $0) }, scheme: classifier.scheme)
    let neighboursStart = threadSeconds()
    for text in texts { _ = neighbours.neighbours(text) }
    let neighboursWork = (threadSeconds() - neighboursStart) * Double(rounds)
    let count = Double(rounds * texts.count)
    say(
      "%.0f texts a second of %d bytes on average; BM25 over %d texts %.0f; splitting at spaces alone %.0f (%.1f times as fast)",
      count / work, bytes, texts.count, count / neighboursWork, count / floor, work / floor)
    #expect(sum > 0 && words > 0)
  }

  /// Of the thread's own work, which neighbours on the machine do not lengthen.
  private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
