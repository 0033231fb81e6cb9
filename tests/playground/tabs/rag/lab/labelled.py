"""Sentences of answers with what they were labelled by hand against a passage: s(upported), w(eak), u(nsupported).

"w" is what a reader would want to look up: the right topic with another number, name or sense. Written for Aula.
"""

from __future__ import annotations

MUSEUM = (
    "The Orchard Museum was founded in 1889 by the botanist Clara Holm. It opens from Tuesday to Sunday, "
    "from 10 a.m. to 6 p.m., and is closed on Mondays. Admission costs 7 euros; students pay half. The "
    "herbarium holds 12,500 dried plants, most of them collected in the Alps. Photography without flash "
    "is allowed in every room except the archive."
)
PUMP = (
    "Before you clean the pump, switch it off and pull the plug. Rinse the filter under cold water once a"
    " week. Never use soap, because it damages the seal. If the pump hums but moves no water, the "
    "impeller is blocked by sand. The warranty lasts three years and does not cover damage by frost."
)
LIBRARY = (
    "La biblioteca abre de lunes a viernes de 8:30 a 20:30. Cada estudiante puede llevarse seis libros "
    "durante quince días, y renovarlos dos veces si nadie los ha reservado. Por cada día de retraso se "
    "pierde un día de préstamo. Los portátiles se prestan solo para usarlos dentro del edificio. La "
    "directora, Marta Quiroga, recibe con cita previa."
)
GARDEN = (
    "El huerto escolar se riega por goteo al amanecer, cuando el agua se evapora menos. Los tomates se "
    "plantan en abril, separados 50 centímetros, y se recogen a partir de julio. El compost tarda seis "
    "meses en madurar. No se usan pesticidas: las mariquitas se comen los pulgones. En 2023 se cosecharon"
    " 340 kilos de verdura, que fueron al comedor."
)

PAIRS: tuple[tuple[str, str, str, str], ...] = (
    # language, passage, sentence, label
    ("en", MUSEUM, "The museum was founded in 1889 by Clara Holm.", "s"),
    ("en", MUSEUM, "Clara Holm, a botanist, established the Orchard Museum in 1889.", "s"),
    ("en", MUSEUM, "On Mondays the museum is closed.", "s"),
    ("en", MUSEUM, "A ticket costs 7 euros, and students pay half of that.", "s"),
    ("en", MUSEUM, "There are 12,500 dried plants in the herbarium.", "s"),
    ("en", MUSEUM, "You may take photographs without flash in all rooms but the archive.", "s"),
    ("en", MUSEUM, "Most of the plants were collected in the Alps.", "s"),
    ("en", MUSEUM, "The museum was founded in 1898 by Clara Holm.", "w"),
    ("en", MUSEUM, "The museum was founded in 1889 by Clara Bauer.", "w"),
    ("en", MUSEUM, "Admission costs 9 euros.", "w"),
    ("en", MUSEUM, "The museum is open on Mondays from 10 a.m.", "w"),
    ("en", MUSEUM, "Photography is not allowed in any room.", "w"),
    ("en", MUSEUM, "The museum shop sells postcards and honey.", "u"),
    ("en", MUSEUM, "Einstein won the Nobel Prize for the photoelectric effect.", "u"),
    ("en", MUSEUM, "There is a large car park behind the building.", "u"),
    ("en", MUSEUM, "Many visitors come by train from the capital.", "u"),
    ("en", PUMP, "Switch the pump off and unplug it before cleaning.", "s"),
    ("en", PUMP, "The filter should be rinsed weekly with cold water.", "s"),
    ("en", PUMP, "Soap must never be used, since it damages the seal.", "s"),
    ("en", PUMP, "If it hums without moving water, sand is blocking the impeller.", "s"),
    ("en", PUMP, "The warranty is valid for 3 years.", "s"),
    ("en", PUMP, "Frost damage is not covered by the warranty.", "s"),
    ("en", PUMP, "The warranty lasts five years.", "w"),
    ("en", PUMP, "The warranty covers damage by frost.", "w"),
    ("en", PUMP, "Rinse the filter with hot water every day.", "w"),
    ("en", PUMP, "Use soap to clean the filter.", "w"),
    ("en", PUMP, "Paint the housing blue so that birds notice it.", "u"),
    ("en", PUMP, "The moon orbits the Earth in 27 days.", "u"),
    ("en", PUMP, "Spare parts can be ordered by telephone.", "u"),
    ("es", LIBRARY, "La biblioteca abre de lunes a viernes, de 8:30 a 20:30.", "s"),
    ("es", LIBRARY, "Los estudiantes pueden llevarse seis libros durante 15 días.", "s"),
    ("es", LIBRARY, "Un préstamo se puede renovar dos veces si nadie ha reservado el libro.", "s"),
    ("es", LIBRARY, "Los portátiles solo se pueden usar dentro del edificio.", "s"),
    ("es", LIBRARY, "Por cada día de retraso pierdes un día de préstamo.", "s"),
    ("es", LIBRARY, "La directora se llama Marta Quiroga.", "s"),
    ("es", LIBRARY, "Marta Quiroga, la directora, recibe con cita.", "s"),
    ("es", LIBRARY, "Cada estudiante puede llevarse diez libros.", "w"),
    ("es", LIBRARY, "La biblioteca abre también los sábados de 9 a 14.", "w"),
    ("es", LIBRARY, "La directora, Lucía Vidal, recibe con cita previa.", "w"),
    ("es", LIBRARY, "Los portátiles se pueden llevar a casa.", "w"),
    ("es", LIBRARY, "La cafetería sirve bocadillos y zumos.", "u"),
    ("es", LIBRARY, "El Nilo desemboca en el mar Mediterráneo.", "u"),
    ("es", LIBRARY, "Las salas de grupo tienen pizarras y proyectores.", "u"),
    ("es", GARDEN, "El huerto se riega por goteo al amanecer.", "s"),
    ("es", GARDEN, "Los tomates se plantan en abril con 50 centímetros de separación.", "s"),
    ("es", GARDEN, "Se riega al amanecer porque entonces el agua se evapora menos.", "s"),
    ("es", GARDEN, "El compost necesita seis meses para madurar.", "s"),
    ("es", GARDEN, "Las mariquitas se comen los pulgones, así que no se usan pesticidas.", "s"),
    ("es", GARDEN, "En 2023 se recogieron 340 kilos de verdura para el comedor.", "s"),
    ("es", GARDEN, "Los tomates se plantan en junio y se recogen en septiembre.", "w"),
    ("es", GARDEN, "En 2022 se cosecharon 340 kilos de verdura.", "w"),
    ("es", GARDEN, "El compost tarda tres semanas en madurar.", "w"),
    ("es", GARDEN, "Los pulgones se eliminan con pesticidas.", "w"),
    ("es", GARDEN, "La capital de Francia es París.", "u"),
    ("es", GARDEN, "Los alumnos pintaron un mural en la entrada.", "u"),
    ("es", GARDEN, "Las abejas hacen miel que se vende en la feria.", "u"),
)

ASKED: tuple[tuple[str, str, str, bool], ...] = (
    # language, passage, question, whether the passage holds the answer
    ("en", MUSEUM, "Who founded the Orchard Museum?", True),
    ("en", MUSEUM, "On which day is the museum closed?", True),
    ("en", MUSEUM, "How much is a ticket for students?", True),
    ("en", MUSEUM, "May I take pictures with flash?", True),
    ("en", MUSEUM, "Where do the dried plants come from?", True),
    ("en", MUSEUM, "Is there a café in the Louvre?", False),
    ("en", MUSEUM, "What is the boiling point of nitrogen?", False),
    ("en", MUSEUM, "Who wrote Don Quixote?", False),
    ("en", MUSEUM, "How do I install Linux on a laptop?", False),
    ("en", MUSEUM, "What was the score of the football final in 2010?", False),
    ("en", PUMP, "How often should the filter be rinsed?", True),
    ("en", PUMP, "Why must I not use soap?", True),
    ("en", PUMP, "What is wrong if the pump hums but no water moves?", True),
    ("en", PUMP, "How long does the warranty last?", True),
    ("en", PUMP, "Does the guarantee include frost damage?", True),
    ("en", PUMP, "Which vitamins are in oranges?", False),
    ("en", PUMP, "When did the Second World War end?", False),
    ("en", PUMP, "How many students attend the school?", False),
    ("en", PUMP, "What is the capital of Mongolia?", False),
    ("es", LIBRARY, "¿A qué hora abre la biblioteca?", True),
    ("es", LIBRARY, "¿Cuántos libros puede llevarse un estudiante?", True),
    ("es", LIBRARY, "¿Qué pasa si devuelvo un libro con retraso?", True),
    ("es", LIBRARY, "¿Quién es la directora de la biblioteca?", True),
    ("es", LIBRARY, "¿Puedo usar los portátiles fuera del edificio?", True),
    ("es", LIBRARY, "¿Cuál es la montaña más alta de Perú?", False),
    ("es", LIBRARY, "¿Quién pintó Las Meninas?", False),
    ("es", LIBRARY, "¿Cómo se prepara una tortilla de patatas?", False),
    ("es", LIBRARY, "¿Qué temperatura tiene el Sol?", False),
    ("es", GARDEN, "¿Cuándo se plantan los tomates?", True),
    ("es", GARDEN, "¿Por qué se riega al amanecer?", True),
    ("es", GARDEN, "¿Cuánto tarda el compost en madurar?", True),
    ("es", GARDEN, "¿Qué insectos se comen los pulgones?", True),
    ("es", GARDEN, "¿Cuántos kilos de verdura se cosecharon en 2023?", True),
    ("es", GARDEN, "¿Quién descubrió América?", False),
    ("es", GARDEN, "¿Qué impuestos pagan los autónomos?", False),
    ("es", GARDEN, "¿Cuántas cuerdas tiene un violín?", False),
    ("es", GARDEN, "¿Cómo funciona un motor diésel?", False),
)
