import CooperationModel
import Foundation

/// Makes the model from labelled texts, and says how well it does on sources that it has not seen.
package struct ClassifierTraining {
  private let reference: ReferenceData
  private let texts: [LabelledText]
  private let terms: TermList
  private let termBytes: [UInt8]
  private let scheme: SectorScheme

  /// - Parameters:
  ///   - files: labelled texts (`*.tsv`), each a source by its name, and lists of codes with descriptions (`*.csv`).
  ///   - folder: the reference data, for the list of terms.
  package init(_ reference: ReferenceData, files: [URL], from folder: URL) throws {
    self.reference = reference
    let data = try ReferenceFiles(folder: folder)
    terms = try TermList(rows: data.rows(of: ThemeClassifier.termsFile, fields: 3))
    termBytes = try data.bytes(of: ThemeClassifier.termsFile)
    scheme = SectorScheme(reference.dac)
    var texts: [LabelledText] = []
    // In the order of their names, so that how they were named on a command line changes nothing.
    for file in files.sorted(by: { $0.lastPathComponent < $1.lastPathComponent }) {
      texts += file.pathExtension == "csv" ? try LabelledText.descriptions(file) : try LabelledText.read(file)
    }
    guard texts.contains(where: { $0.source != LabelledText.codeLists }) else { throw ThemeClassifierError.noTexts }
    self.texts = texts + LabelledText.known(reference)
  }

  /// Holds each source out in turn: what a model of the others answers.
  package func heldOut(progress: (String) -> Void = { _ in }) -> HeldOut {
    let set = TrainingSet(texts, terms: terms, scheme: scheme)
    let sources = Set(texts.map(\.source)).subtracting([LabelledText.codeLists]).sorted()
    var result = HeldOut(scheme: scheme)
    for source in sources {
      progress(source)
      let model = Trainer(set: set).model(without: source)
      let classifier = ThemeClassifier(terms: terms, model: model, scheme: scheme, themes: reference.themes)
      let tested = texts.filter { $0.source == source && TrainingSet.languages.contains($0.language) }
      let others = texts.filter { $0.source != source && TrainingSet.languages.contains($0.language) }
      result.add(tested, by: classifier, baselines: Baselines(others, scheme: scheme))
    }
    return result
  }

  /// The model of all texts, as a file: the same texts give the same bytes.
  ///
  /// - Parameter temperature: from ``HeldOut/temperature``.
  package func file(temperature: Float) -> [UInt8] {
    var model = Trainer(set: TrainingSet(texts, terms: terms, scheme: scheme)).model()
    model.temperature = temperature
    return model.encoded(for: ThemeClassifier.identity(terms: termBytes, scheme))
  }
}
