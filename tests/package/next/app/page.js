// A server component: importing the package here must do nothing.
import { build } from "simmerdown";
import Chat from "./chat.js";

export default function Page() {
  return <main><p id="server">{build.version}</p><Chat /></main>;
}
