import CooperationModel

/// The DAC policy markers that a line can be scored on: 0 not targeted, 1 significant, 2 principal objective.
///
/// Source: the CRS++ marker columns; DCD/DAC/STAT(2023)9. Maternal health has five steps there, three here.
package enum Marker: String, CaseIterable, Sendable {
  case gender
  case environment
  case governance
  case trade
  case biodiversity
  case climateMitigation = "climate-mitigation"
  case climateAdaptation = "climate-adaptation"
  case desertification
  case maternalHealth = "maternal-health"
  case disasterRisk = "disaster-risk"
  case nutrition
  case disability

  package var name: Localized {
    switch self {
    case .gender: Localized(fr: "Égalité femmes-hommes", en: "Gender equality")
    case .environment: Localized(fr: "Environnement", en: "Environment")
    case .governance:
      Localized(fr: "Développement participatif, bonne gouvernance", en: "Participatory development, good governance")
    case .trade: Localized(fr: "Développement du commerce", en: "Trade development")
    case .biodiversity: Localized(fr: "Biodiversité", en: "Biodiversity")
    case .climateMitigation: Localized(fr: "Atténuation du changement climatique", en: "Climate change mitigation")
    case .climateAdaptation: Localized(fr: "Adaptation au changement climatique", en: "Climate change adaptation")
    case .desertification: Localized(fr: "Désertification", en: "Desertification")
    case .maternalHealth:
      Localized(fr: "Santé génésique, maternelle et infantile", en: "Reproductive, maternal, newborn and child health")
    case .disasterRisk: Localized(fr: "Réduction des risques de catastrophe", en: "Disaster risk reduction")
    case .nutrition: Localized(fr: "Nutrition", en: "Nutrition")
    case .disability: Localized(fr: "Inclusion des personnes handicapées", en: "Inclusion of persons with disabilities")
    }
  }
}
