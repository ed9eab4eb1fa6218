import CooperationModel
import Foundation
import Testing
import ThemeClassifier

@testable import Ingestion
@testable import ServiceKit

/// The real reference data, loaded once.
enum Known {
  static let reference = Result { try ReferenceData.load() }
}

extension ReferenceData {
  static func shared() throws -> ReferenceData { try Known.reference.get() }
}

extension ThemeClassifier {
  private static let loaded = Result { try ThemeClassifier.load(.shared()) }
  static func shared() throws -> ThemeClassifier { try loaded.get() }
}

enum Sample {
  /// A request that can be published.
  static let request = """
    {"country":"MG","authorities":[{"name":"Région Melaky","kind":"region"}],"title":"Lire et écrire dans le Melaky",
    "summary":"Plus d’un adulte sur deux ne lit pas.","sought":"Un jumelage durable.",
    "themes":["education-social/education/alphabetisation"],"forms":["twinning"],"languages":["fr"],
    "deadline":"2027-09-30","contact":"00000000-0000-4000-8000-00000000000c"}
    """

  static let contact = """
    {"owner":"commune:35238","name":"Relations internationales","email":"ri.rennes@example.fr","language":"fr"}
    """

  static let sheet = """
    {"title":"Rennes – Bangangté","country":"CM","foreignPartners":[{"name":"Bangangté","kind":"municipality"}],
    "collectivites":["commune:35238"],"themes":["environnement/eau-dechets/eau-assainissement"]}
    """

  static func body(_ text: String) throws -> JSONValue { try StrictJSON.parse(Array(text.utf8)) }

  static func draft<D: Draft>(_ text: String, as type: D.Type = D.self) throws -> D {
    try D.read(body(text), with: .shared())
  }

  static let files = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Services/Ingestion/Samples")

  static func file(_ kind: ImportKind) throws -> Data {
    try Data(contentsOf: files.appending(path: "\(kind.rawValue).csv"))
  }

  /// A file of requests: so many good rows, and those lines replaced by the given text.
  static func requests(_ count: Int, replacing lines: [Int: String] = [:]) -> [UInt8] {
    var text = "reference,status,country,authorities.name,authorities.kind,title,summary,sought,themes\n"
    for line in 2..<count + 2 {
      text += (lines[line] ?? row(line)) + "\n"
    }
    return Array(text.utf8)
  }

  static func row(_ line: Int, country: String = "MG") -> String {
    "r\(line),draft,\(country),Commune \(line),municipality,Titre \(line),Résumé,Recherche,education-social/education/alphabetisation"
  }
}
