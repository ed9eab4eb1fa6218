import CooperationModel
import Foundation
import Testing

@testable import ThemeClassifier

@Suite("What a text is about")
struct ClassifierTests {
  let classifier: ThemeClassifier

  init() throws { classifier = try ClassifierFixture.classifier() }

  @Test(
    "is told in four languages",
    arguments: [
      (
        "140",
        ["Forages et bornes-fontaines", "Boreholes and standpipes", "Perforación de pozos de agua", "Furos de água"]
      ),
      (
        "110",
        [
          "Construction de salles de classe", "Building classrooms", "Construcción de aulas",
          "Construção de salas de aula",
        ]
      ),
      (
        "720",
        [
          "Aide d’urgence aux déplacés", "Emergency relief for displaced people",
          "Ayuda de emergencia para desplazados", "Ajuda de emergência a deslocados",
        ]
      ),
      ("230", ["Panneaux solaires", "Solar panels", "Paneles solares", "Painéis solares"]),
    ])
  func languages(sector: String, texts: [String]) {
    for text in texts {
      let first = classifier.classify(text).sectors.first?.code ?? ""
      #expect(SectorScheme.isRight(sector, for: first), "\(text): \(first)")
    }
  }

  @Test(
    "does not hang on how it is written",
    arguments: [
      ("L’école d’été", "l'école d'été"), ("Éducation", "E\u{301}ducation"), ("EAU POTABLE", "eau potable"),
      ("micro-crédit", "micro crédit"), ("Cœur de ville", "Coeur de ville"), ("agua\u{0}potable\u{7}", "agua potable"),
      ("eau\u{00AD} potable", "eau potable"), ("Eau\n\n\tpotable", "Eau potable"),
    ])
  func writing(one: String, other: String) {
    #expect(classifier.classify(one) == classifier.classify(other))
  }

  @Test(
    "a plural weighs as its singular", arguments: [("forages", "forage"), ("schools", "school"), ("redes", "rede")])
  func plurals(plural: String, singular: String) {
    #expect(classifier.classify(plural).sectors.first?.code == classifier.classify(singular).sectors.first?.code)
  }

  @Test(
    "that says nothing known is a guess, with no certainty",
    arguments: ["", "   ", "–—…", "مياه الشرب", "飲料水", "\u{0}\u{1}\u{2}", "🚰"])
  func guesses(text: String) {
    let prediction = classifier.classify(text)
    #expect(prediction.isGuess)
    #expect(prediction.confidence == 0)
    #expect(prediction.sectors.count == 5 && prediction.purposes.count == 5 && prediction.themes.count == 5)
  }

  @Test("of 100 kB is told from its beginning")
  func long() {
    let start = String(repeating: "Réseau d’eau potable et assainissement. ", count: FoldedText.limit / 40)
    let text = start + String(repeating: "football ", count: 12_000)
    #expect(text.utf8.count > 100_000)
    #expect(classifier.classify(text).sectors.first?.code == "140")
  }

  @Test("of one endless word is still an answer")
  func endless() {
    let shares = classifier.classify(String(repeating: "a", count: 200_000)).sectors.map(\.score)
    #expect(shares.allSatisfy { $0.isFinite })
  }

  @Test("shares are in order, between 0 and 1, and those of purposes within those of their sectors")
  func shares() throws {
    for text in try ClassifierFixture.texts() {
      let prediction = classifier.classify(text.text)
      for scored in [prediction.sectors, prediction.purposes] {
        let scores = scored.map(\.score)
        #expect(scores == scores.sorted(by: >))
        #expect(scores.allSatisfy { (0...1).contains($0) } && scores.reduce(0, +) <= 1.0001)
      }
      let groups = prediction.sectors.compactMap { classifier.scheme.group(of: $0.code) }
      #expect(Set(groups).count == 5, "no two answers are parts of one another")
    }
  }

  @Test("a reader that has read other texts says the same as a new one")
  func reading() throws {
    var reader = classifier.reader()
    for text in try ClassifierFixture.texts().prefix(100) {
      #expect(reader.classify(text.text) == classifier.classify(text.text))
    }
  }

  @Test("the repository's own texts: nine of ten have a right sector among five, in each language")
  func quality() throws {
    var counts: [String: (texts: Int, right: Int)] = [:]
    var reader = classifier.reader()
    for text in try ClassifierFixture.texts() {
      let answers = reader.classify(text.text).sectors.map(\.code)
      let isRight = answers.contains { answer in text.codes.contains { SectorScheme.isRight(answer, for: $0) } }
      counts[text.language, default: (0, 0)].texts += 1
      if isRight { counts[text.language, default: (0, 0)].right += 1 }
    }
    #expect(counts.keys.sorted() == ["en", "es", "fr", "pt"])
    for (language, count) in counts {
      #expect(Double(count.right) >= 0.85 * Double(count.texts), "\(language): \(count)")
    }
    #expect(counts.values.reduce(0) { $0 + $1.texts } >= 300)
  }
}

@Suite("An answer of three digits")
struct RightnessTests {
  @Test(
    "is right by the levels of published data",
    arguments: [
      ("110", "111", true), ("111", "110", true), ("110", "11220", true), ("112", "111", false), ("140", "140", true),
      ("140", "14030", true), ("151", "15112", true), ("152", "15112", false), ("120", "130", false),
      ("331", "331", true), ("332", "331", false), ("310", "311", true), ("430", "43040", true),
    ])
  func levels(answer: String, label: String, isRight: Bool) {
    #expect(SectorScheme.isRight(answer, for: label) == isRight)
  }
}
