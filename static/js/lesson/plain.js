/** A page without figures: only its theme can be switched. */

import { connectTheme } from "../theme.js";
import { byId } from "../ui/dom.js";
import { keepPlace } from "./place.js";

connectTheme(byId("theme", HTMLButtonElement), () => {});
keepPlace();
